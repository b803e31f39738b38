namespace EsRefine.Configuration;

/// <summary>
/// Every setting once: its name, what it is for, how it is written, its flag, its place in the records. The file, the environment, the flags, <c>--help</c> and
/// <c>config</c> all follow this table, so they cannot disagree. Defaults are those of the records.
/// </summary>
internal static class SettingTable
{
    private static readonly JudgeSettings BlankJudge = new() { Kind = "" };
    private static readonly ModelSettings BlankModel = new() { Folder = "" };
    private static readonly TargetSettings BlankTarget = new() { Index = "" };

    private static readonly Form<int> Deadline = Form.Whole(1, 600_000, "milliseconds");
    private static readonly Form<int> Sample = Form.Whole(2, 100, "hits");

    private static readonly Setting<UpstreamSettings>[] Upstream =
    [
        new ListSetting<UpstreamSettings, Uri>("urls", "Nodes of the cluster behind EsRefine, each http(s)://host:port[/prefix].",
            Form.HttpUrl, s => s.Urls, (s, urls) => s with { Urls = urls }) { Flag = new("--upstream", "URL") },
        new ValueSetting<UpstreamSettings, string>("mappingAuthorization",
            "Authorization header for reading mappings, where callers may not read them; used for nothing else.",
            Form.Text, s => s.MappingAuthorization, (s, value) => s with { MappingAuthorization = value }) { IsSecret = true },
    ];

    private static readonly Setting<ListenSettings>[] Listen =
    [
        new ValueSetting<ListenSettings, string>("data", "Where applications send what they used to send to the cluster (HTTP).",
            Form.Listen, s => s.Data, (s, address) => s with { Data = address }) { Flag = new("--listen", "HOST:PORT") },
        new ValueSetting<ListenSettings, string>("grpc", "Where gRPC clients connect (HTTP/2).",
            Form.Listen, s => s.Grpc, (s, address) => s with { Grpc = address }) { Flag = new("--listen-grpc", "HOST:PORT") },
        new ValueSetting<ListenSettings, string>("admin", "Health (HTTP): /livez and /readyz.",
            Form.Listen, s => s.Admin, (s, address) => s with { Admin = address }) { Flag = new("--listen-admin", "HOST:PORT") },
        new ValueSetting<ListenSettings, string>("models",
            "OpenAI-compatible embeddings whose texts are remembered (HTTP); closed unless set, 127.0.0.1:9283 is usual.",
            Form.Listen, s => s.Models, (s, address) => s with { Models = address }) { Flag = new("--listen-models", "HOST:PORT") },
        new ValueSetting<ListenSettings, string>("publish",
            "Address told to clients that sniff for nodes, so that they stay: auto (the one they used), host:port, or none (the nodes' own).",
            Form.Publish, s => s.Publish, (s, address) => s with { Publish = address }) { Flag = new("--publish", "ADDRESS") },
    ];

    private static readonly Setting<JudgeSettings>[] Judge =
    [
        new ValueSetting<JudgeSettings, string>("kind",
            "Who judges: chat (a language model), qrels (labels from a file) or recorded (a model's earlier answers).",
            Form.OneOf("chat", "qrels", "recorded"), s => s.Kind, (s, kind) => s with { Kind = kind }),
        new ValueSetting<JudgeSettings, Uri>("url", "chat: base URL of an OpenAI-compatible API, such as http://localhost:8085/v1.",
            Form.HttpUrl, s => s.Url, (s, url) => s with { Url = url }) { Flag = new("--judge-url", "URL") },
        new ValueSetting<JudgeSettings, string>("model", "chat: the model's name there.",
            Form.Text, s => s.Model, (s, model) => s with { Model = model }) { Flag = new("--judge-model", "NAME") },
        new ValueSetting<JudgeSettings, string>("apiKeyEnv", "chat: environment variable that holds the API key.",
            Form.VariableName, s => s.ApiKeyEnv, (s, name) => s with { ApiKeyEnv = name }) { Flag = new("--judge-key-env", "VARIABLE") },
        new ValueSetting<JudgeSettings, int>("concurrency", "chat: calls in flight at once, over all searches.",
            Form.Whole(1, 1000, "calls"), s => s.Kind is "qrels" or "recorded" ? null : s.Concurrency, (s, calls) => s with { Concurrency = calls }),
        new ValueSetting<JudgeSettings, int>("topLogprobs", "chat: alternatives asked for per token; some servers allow 5.",
            Form.Whole(1, 100, "tokens"), s => s.Kind is "qrels" or "recorded" ? null : s.TopLogprobs, (s, tokens) => s with { TopLogprobs = tokens }),
        new ValueSetting<JudgeSettings, string>("file", "qrels: a TREC or BEIR qrels file. recorded: JSON lines of yes and no.",
            Form.File, s => s.File, (s, file) => s with { File = file }) { Flag = new("--judge-file", "FILE") },
        new ValueSetting<JudgeSettings, string>("queries", "qrels, recorded: BEIR queries.jsonl, to find a query's id by its text.",
            Form.File, s => s.Queries, (s, file) => s with { Queries = file }) { Flag = new("--queries", "FILE") },
        new ValueSetting<JudgeSettings, string>("noise", "qrels: none, llm or weak: reproducible noise on the labels.",
            Form.OneOf("none", "llm", "weak"), s => s.Kind is "chat" or "recorded" ? null : s.Noise, (s, noise) => s with { Noise = noise }),
        new ValueSetting<JudgeSettings, string>("set", "recorded: the set to read from a file that holds several.",
            Form.Text, s => s.Set, (s, set) => s with { Set = set }),
    ];

    private static readonly Setting<ModelSettings>[] Model =
    [
        new ValueSetting<ModelSettings, string>("folder",
            "Embedding model for queries that arrive as text (gRPC, targets with model: local) and for the models listener: a sentence-transformers style folder.",
            Form.Folder, s => s.Folder, (s, folder) => s with { Folder = folder }) { Flag = new("--model", "DIR"), IsRequired = true },
        new ValueSetting<ModelSettings, string>("file", "The ONNX file, where the folder holds several; relative to it.",
            Form.Text, s => s.File, (s, file) => s with { File = file }),
        new ValueSetting<ModelSettings, string>("queryPrefix", "Text put before every query, instead of the folder's own.",
            Form.AnyText, s => s.QueryPrefix, (s, prefix) => s with { QueryPrefix = prefix }),
        new ValueSetting<ModelSettings, string>("documentPrefix", "Text put before every document, instead of the folder's own.",
            Form.AnyText, s => s.DocumentPrefix, (s, prefix) => s with { DocumentPrefix = prefix }),
        new ValueSetting<ModelSettings, string>("device", "auto, cpu or cuda.",
            Form.OneOf("auto", "cpu", "cuda"), s => s.Device, (s, device) => s with { Device = device }),
    ];

    private static readonly Setting<VectorMemorySettings>[] VectorMemory =
    [
        new ValueSetting<VectorMemorySettings, string>("tenant",
            "Sidecars that say the same name and share cache.redis share what they remember; else each has its own.",
            Form.Text, s => s.Tenant, (s, tenant) => s with { Tenant = tenant }),
        new ValueSetting<VectorMemorySettings, int>("entries", "Most texts remembered; 200 bytes each, and two a character.",
            Form.Whole(1, 10_000_000, "texts"), s => s.Entries, (s, entries) => s with { Entries = entries }),
        new ValueSetting<VectorMemorySettings, int>("mebibytes", "Most memory they take, in MiB.",
            Form.Whole(1, 65_536, "MiB"), s => s.Mebibytes, (s, mebibytes) => s with { Mebibytes = mebibytes }),
        new ValueSetting<VectorMemorySettings, int>("minutes", "How long a text is remembered after its vector was last handed out.",
            Form.Whole(1, 525_600, "minutes"), s => s.Minutes, (s, minutes) => s with { Minutes = minutes }),
    ];

    private static readonly Setting<ModelsSettings>[] Models =
    [
        new ValueSetting<ModelsSettings, Uri>("upstream",
            "Embeddings server that requests are relayed to, such as https://api.openai.com, without the path (/v1/…); else the local model (model.folder) answers.",
            Form.HttpUrl, s => s.Upstream, (s, url) => s with { Upstream = url }) { Flag = new("--models-upstream", "URL") },
        new ValueSetting<ModelsSettings, string>("purpose",
            "query, document or unspecified: the local model's prompt for texts of this listener, whose requests do not say.",
            Form.OneOf("query", "document", "unspecified"), s => s.Purpose, (s, purpose) => s with { Purpose = purpose }),
        new GroupSetting<ModelsSettings, VectorMemorySettings>("memory", "What is remembered of the vectors handed out.", new(), VectorMemory,
            s => s.Memory, (s, memory) => s with { Memory = memory }),
    ];

    private static readonly Setting<CacheSettings>[] Cache =
    [
        new ValueSetting<CacheSettings, int>("minutes", "Minutes a refined vector is remembered after its last use; 0 = not at all: each page is refined for itself.",
            Form.Whole(0, 1440, "minutes"), s => s.Minutes, (s, minutes) => s with { Minutes = minutes }),
        new ValueSetting<CacheSettings, string>("redis", "host:port of a Redis that several sidecars share, so that pages of one search may come through any of them.",
            Form.Redis, s => s.Redis, (s, redis) => s with { Redis = redis }) { Flag = new("--redis", "HOST:PORT") },
        new ValueSetting<CacheSettings, string>("passwordEnv", "Environment variable that holds the password of Redis.",
            Form.VariableName, s => s.PasswordEnv, (s, name) => s with { PasswordEnv = name }),
        new ValueSetting<CacheSettings, string>("secretEnv", "Environment variable that holds the secret the keys in Redis are made with, the same for all sidecars.",
            Form.VariableName, s => s.SecretEnv, (s, name) => s with { SecretEnv = name }),
    ];

    private static readonly Setting<TargetSettings>[] Target =
    [
        new ValueSetting<TargetSettings, string>("index", "Index name or pattern with *.",
            Form.Text, s => s.Index, (s, index) => s with { Index = index }) { IsRequired = true },
        new ValueSetting<TargetSettings, string>("field", "Vector field; all of them where it is left out.",
            Form.Text, s => s.Field, (s, field) => s with { Field = field }),
        new ListSetting<TargetSettings, string>("text", "Fields of _source that hold the text to judge; all text fields where it is left out.",
            Form.Text, s => s.Text, (s, fields) => s with { Text = fields }),
        new ValueSetting<TargetSettings, string>("task", "What relevance means here, in a sentence for the judge.",
            Form.Text, s => s.Task, (s, task) => s with { Task = task }),
        new ValueSetting<TargetSettings, string>("rule", "As rule above, for this target.",
            Form.Rule, s => s.Rule, (s, rule) => s with { Rule = rule }),
        new ValueSetting<TargetSettings, RefinementMode>("mode", "As mode above, for this target.",
            Form.Mode, s => s.Mode, (s, mode) => s with { Mode = mode }),
        new ValueSetting<TargetSettings, int>("deadlineMs", "As deadlineMs above, for this target.",
            Deadline, s => s.DeadlineMs, (s, deadline) => s with { DeadlineMs = deadline }),
        new ValueSetting<TargetSettings, int>("sample", "As sample above, for this target.",
            Sample, s => s.Sample, (s, sample) => s with { Sample = sample }),
        new ValueSetting<TargetSettings, QueryModel>("model",
            "What embeds the text of clauses that hold no vector: local (model.folder) or upstream (the cluster, by the model the clause names); else they pass.",
            Form.QueryModel, s => s.Model, (s, model) => s with { Model = model }),
    ];

    /// <summary>The whole configuration.</summary>
    public static GroupSetting<EsRefineSettings, EsRefineSettings> Root { get; } = new("", "", new(),
    [
        new GroupSetting<EsRefineSettings, UpstreamSettings>("upstream", "The cluster behind EsRefine.", new(), Upstream,
            s => s.Upstream, (s, upstream) => s with { Upstream = upstream }),
        new GroupSetting<EsRefineSettings, ListenSettings>("listen", "Where the listeners listen, as host:port; port 0 picks a free one.", new(), Listen,
            s => s.Listen, (s, listen) => s with { Listen = listen }),
        new ValueSetting<EsRefineSettings, RefinementMode>("mode", "refine; shadow: answer the original, record what would have changed; learn: the same, and serve what was learnt from the next time on; off: pass through.",
            Form.Mode, s => s.Mode, (s, mode) => s with { Mode = mode }) { Flag = new("--mode", "MODE") },
        new ValueSetting<EsRefineSettings, int>("deadlineMs",
            "Time a search may spend on being refined, in milliseconds; what the judge has said by then is used.",
            Deadline, s => s.DeadlineMs, (s, deadline) => s with { DeadlineMs = deadline }) { Flag = new("--deadline", "MS") },
        new ValueSetting<EsRefineSettings, int>("sample", "Hits judged per search. More steadies the direction, costs tokens.",
            Sample, s => s.Sample, (s, sample) => s with { Sample = sample }) { Flag = new("--sample", "N") },
        new ValueSetting<EsRefineSettings, string>("rule", "Refinement rule: rocchio@ANGLE (radians) or kl-adam.",
            Form.Rule, s => s.Rule, (s, rule) => s with { Rule = rule }) { Flag = new("--rule", "RULE") },
        new ValueSetting<EsRefineSettings, double>("trustRadius", "Largest angle a query vector is moved by, in radians.",
            Form.Number(angle => angle > 0 && angle <= Math.PI / 2, "an angle in radians above 0 and at most π/2 (1.5707)"),
            s => s.TrustRadius, (s, angle) => s with { TrustRadius = angle }) { Flag = new("--trust-radius", "ANGLE") },
        new ValueSetting<EsRefineSettings, double>("minSpread", "Smallest distance between the highest and the lowest judgment that counts as a signal.",
            Form.Number(spread => spread is >= 0 and < 1, "a number from 0 to below 1"),
            s => s.MinSpread, (s, spread) => s with { MinSpread = spread }),
        new ValueSetting<EsRefineSettings, int>("maxSearchBodyBytes", "Largest search body read to find a kNN clause, in bytes; larger ones stream through.",
            Form.Whole(1024, 1024 * 1024 * 1024, "bytes"), s => s.MaxSearchBodyBytes, (s, bytes) => s with { MaxSearchBodyBytes = bytes }),
        new ValueSetting<EsRefineSettings, int>("maxConcurrentSearches", "Searches refined at the same time; one more passes through at once.",
            Form.Whole(1, 100_000, "searches"), s => s.MaxConcurrentSearches, (s, searches) => s with { MaxConcurrentSearches = searches }),
        new GroupSetting<EsRefineSettings, JudgeSettings>("judge",
            "Who judges the hits: chat, qrels, llm-noise, weak-noise or recorded:FILE. Without one, a plain proxy.", BlankJudge, Judge,
            s => s.Judge, (s, judge) => s with { Judge = judge }) { Flag = new("--judge", "JUDGE", JudgeShorthand.Read) },
        new GroupSetting<EsRefineSettings, ModelSettings>("model", "The embedding model.", BlankModel, Model,
            s => s.Model, (s, model) => s with { Model = model }),
        new GroupSetting<EsRefineSettings, ModelsSettings>("models", "The models listener: embeddings for applications, each remembered with its text.", new(),
            Models, s => s.Models, (s, models) => s with { Models = models }),
        new GroupSetting<EsRefineSettings, CacheSettings>("cache", "How refined vectors are remembered, for repeats and for later pages.", new(), Cache,
            s => s.Cache, (s, cache) => s with { Cache = cache }),
        new GroupListSetting<EsRefineSettings, TargetSettings>("targets",
            "Indices and fields with settings of their own, first match wins; none = every index. As in the file: '{index: \"docs-*\", text: [title, body]}'.",
            BlankTarget, Target, s => s.Targets, (s, targets) => s with { Targets = targets }) { Flag = new("--target", "YAML", TargetShorthand.Read) },
    ],
    settings => settings, (_, settings) => settings);

    /// <summary>Every setting with its path, groups before what they hold.</summary>
    public static IEnumerable<(string Path, Setting Setting)> All { get; } = [.. Below(Root, "")];

    /// <summary>The defaults as text, by path.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = Root
        .Lines(new() { Judge = BlankJudge, Model = BlankModel }, "", -1)
        .Where(line => line.Text is not (null or "\"\""))
        .ToDictionary(line => line.Path, line => line.Text!);

    private static IEnumerable<(string Path, Setting Setting)> Below(Setting group, string path) => group.Children.SelectMany(child =>
    {
        string childPath = path.Length == 0 ? child.Name : $"{path}.{child.Name}";
        return Below(child, childPath).Prepend((childPath, child));
    });
}
