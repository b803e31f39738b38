namespace EsRefine.Configuration;

/// <summary>Everything an operator can say: <c>esrefine.yaml</c>, environment, flags. Checked at start; immutable after.</summary>
internal sealed record EsRefineSettings
{
    public UpstreamSettings Upstream { get; init; } = new();

    public ListenSettings Listen { get; init; } = new();

    /// <summary>What is done with searches no target says otherwise for. Default refine.</summary>
    public RefinementMode Mode { get; init; } = RefinementMode.Refine;

    /// <summary>Time a search may spend on being refined, in milliseconds. When it ends, what the judge has said by then is used. Default 1500.</summary>
    public int DeadlineMs { get; init; } = 1500;

    /// <summary>Hits judged per search. More steadies the direction, costs tokens. Default 20.</summary>
    public int Sample { get; init; } = 20;

    /// <summary>Refinement rule: <c>kl-adam</c> or <c>rocchio@ANGLE</c>. Default <c>rocchio@0.3</c>.</summary>
    public string Rule { get; init; } = "rocchio@0.3";

    /// <summary>Largest angle a query vector is moved by, in radians. Default 0.6.</summary>
    public double TrustRadius { get; init; } = 0.6;

    /// <summary>Smallest max P − min P among the judgments that counts as a signal. Default 0.05.</summary>
    public double MinSpread { get; init; } = 0.05;

    /// <summary>
    /// Largest search body that is read to find a kNN clause, in bytes; larger ones stream through. The body of an <c>_msearch</c> may be four times as large.
    /// Default 4 MiB.
    /// </summary>
    public int MaxSearchBodyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Searches refined at the same time; one more passes through unrefined at once. Default 64.</summary>
    public int MaxConcurrentSearches { get; init; } = 64;

    /// <summary>None: a plain proxy.</summary>
    public JudgeSettings? Judge { get; init; }

    /// <summary>The embedding model for queries that arrive as text (gRPC, targets that say so). None: such queries of gRPC are refused with the reason.</summary>
    public ModelSettings? Model { get; init; }

    /// <summary>What the models listener gives and remembers.</summary>
    public ModelsSettings Models { get; init; } = new();

    /// <summary>What is remembered, and what several sidecars share.</summary>
    public CacheSettings Cache { get; init; } = new();

    /// <summary>Indices and fields with settings of their own, first match wins. None = every index, all its text fields.</summary>
    public IReadOnlyList<TargetSettings> Targets { get; init; } = [];
}

/// <summary>The cluster behind us.</summary>
internal sealed record UpstreamSettings
{
    /// <summary>Nodes of one cluster, each <c>http(s)://host:port[/prefix]</c>.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    /// <summary>Value of the Authorization header for reading mappings, where callers may not read them; used for nothing else.</summary>
    public string? MappingAuthorization { get; init; }
}

/// <summary>Where the listeners listen, as <c>host:port</c>; port 0 picks a free one.</summary>
internal sealed record ListenSettings
{
    public const string PublishAuto = "auto";

    public const string PublishNone = "none";

    public string Data { get; init; } = "127.0.0.1:9280";

    public string Grpc { get; init; } = "127.0.0.1:9281";

    public string Admin { get; init; } = "127.0.0.1:9282";

    /// <summary>The models listener; null = closed. 127.0.0.1:9283 is the usual place.</summary>
    public string? Models { get; init; }

    /// <summary>
    /// What clients are told that ask the cluster for its nodes' addresses: <see cref="PublishAuto"/>, the address they reached us at; <see cref="PublishNone"/>,
    /// the nodes' own; or <c>host:port</c>. Default auto.
    /// </summary>
    public string Publish { get; init; } = PublishAuto;
}

/// <summary>How refined vectors are remembered, for repeats and for later pages.</summary>
internal sealed record CacheSettings
{
    /// <summary>Minutes a refined vector is remembered after its last use; 0 = not at all: each page is refined for itself. Default 10.</summary>
    public int Minutes { get; init; } = 10;

    /// <summary><c>host:port</c> of a Redis that several sidecars share, so that pages of one search may come through any of them; null = in this process.</summary>
    public string? Redis { get; init; }

    /// <summary>Environment variable that holds the password of Redis; the password itself is never configured.</summary>
    public string? PasswordEnv { get; init; }

    /// <summary>Environment variable that holds the secret which the keys in Redis are made with, the same for all sidecars; null = derived from the password.</summary>
    public string? SecretEnv { get; init; }
}

/// <summary>Which judge, and how to reach it.</summary>
internal sealed record JudgeSettings
{
    /// <summary><c>chat</c>, <c>qrels</c> or <c>recorded</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>chat</c>: base URL of an OpenAI-compatible API, such as <c>http://localhost:8085/v1</c>.</summary>
    public Uri? Url { get; init; }

    /// <summary><c>chat</c>: the model's name.</summary>
    public string? Model { get; init; }

    /// <summary><c>chat</c>: environment variable that holds the API key; the key itself is never configured.</summary>
    public string? ApiKeyEnv { get; init; }

    /// <summary><c>chat</c>: calls in flight at once, over all searches. Default 20.</summary>
    public int Concurrency { get; init; } = 20;

    /// <summary><c>chat</c>: alternatives asked for per token. Default 20; some servers allow 5.</summary>
    public int TopLogprobs { get; init; } = 20;

    /// <summary><c>qrels</c>: a TREC or BEIR qrels file. <c>recorded</c>: JSON lines of yes and no masses.</summary>
    public string? File { get; init; }

    /// <summary><c>qrels</c>, <c>recorded</c>: BEIR <c>queries.jsonl</c>, to find a query's id by its text.</summary>
    public string? Queries { get; init; }

    /// <summary><c>qrels</c>: <c>none</c>, <c>llm</c> or <c>weak</c>: reproducible noise on the labels.</summary>
    public string Noise { get; init; } = "none";

    /// <summary><c>recorded</c>: the set to read from a file that holds several; null = all lines.</summary>
    public string? Set { get; init; }
}

/// <summary>An embedding model on disk.</summary>
internal sealed record ModelSettings
{
    /// <summary>A sentence-transformers style folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The ONNX file, where the folder holds several; relative to it.</summary>
    public string? File { get; init; }

    /// <summary>Text put before every query; null = the folder's own <c>prompts.query</c>, if any.</summary>
    public string? QueryPrefix { get; init; }

    /// <summary>The same for documents.</summary>
    public string? DocumentPrefix { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "auto";
}

/// <summary>The models listener, which is open where <see cref="ListenSettings.Models"/> says so.</summary>
internal sealed record ModelsSettings
{
    /// <summary>A server of embeddings that requests are relayed to, without the path that applications send; null = the local model answers.</summary>
    public Uri? Upstream { get; init; }

    /// <summary>
    /// <c>query</c>, <c>document</c> or <c>unspecified</c>: which of the local model's prompts goes before a text, since no request says what it is for.
    /// </summary>
    public string Purpose { get; init; } = "unspecified";

    public VectorMemorySettings Memory { get; init; } = new();
}

/// <summary>How much is remembered of the vectors handed out, and for whom.</summary>
internal sealed record VectorMemorySettings
{
    /// <summary>Sidecars that say the same name and have one <see cref="CacheSettings.Redis"/> share what they remember; null = this process alone.</summary>
    public string? Tenant { get; init; }

    /// <summary>Most texts. A vector takes 200 bytes whatever its dimensions, a text two bytes a character. Default 100,000.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>Most memory, in MiB. Default 64.</summary>
    public int Mebibytes { get; init; } = 64;

    /// <summary>How long a text is remembered after its vector was last handed out. Default a day.</summary>
    public int Minutes { get; init; } = 24 * 60;
}

/// <summary>An index pattern and field with settings of their own; null = the general setting.</summary>
internal sealed record TargetSettings
{
    /// <summary>Index name or pattern with <c>*</c>, matched against the index expression as sent and against the indices behind it.</summary>
    public required string Index { get; init; }

    /// <summary>Vector field; null = all.</summary>
    public string? Field { get; init; }

    /// <summary>Fields of _source that hold the text to judge, in this order; none = all text fields of the mapping.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    /// <summary>What relevance means here, in a sentence for the judge.</summary>
    public string? Task { get; init; }

    public string? Rule { get; init; }

    public RefinementMode? Mode { get; init; }

    public int? DeadlineMs { get; init; }

    public int? Sample { get; init; }

    /// <summary>What embeds the text of clauses that hold no vector: <c>local</c> or <c>upstream</c>; null = nothing: they pass.</summary>
    public QueryModel? Model { get; init; }
}
