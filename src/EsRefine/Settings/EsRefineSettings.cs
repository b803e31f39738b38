using EsRefine.Configuration;
using EsRefine.Judging;

namespace EsRefine.Settings;

/// <summary>
/// All settings, read from <c>esrefine.yaml</c>, environment variables and flags, checked at start and immutable afterward.
/// A setting is one property with a <see cref="SettingAttribute"/>; its names, documentation and schema are derived from it.
/// </summary>
internal sealed record EsRefineSettings
{
    /// <summary>The settings as a tree, for reading and for documentation.</summary>
    public static SettingTree Tree { get; } = new(typeof(EsRefineSettings));

    [Setting("The Elasticsearch or OpenSearch cluster behind EsRefine.")]
    public UpstreamSettings Upstream { get; init; } = new();

    [Setting("The addresses EsRefine listens on, each as host:port with an IP address, localhost or * (all addresses) as host. Port 0 picks a free port.")]
    public ListenSettings Listen { get; init; } = new();

    [Setting("What happens to kNN searches. refine: the client gets the reply to the refined search. shadow: the client gets the cluster's unchanged reply, "
        + "and the difference to the refined one is recorded. learn: the first search gets the cluster's unchanged reply while its vector is refined in the "
        + "background; the same search gets the refined reply from then on. off: searches are forwarded unchanged.",
        Flag = "--mode", Placeholder = "MODE")]
    public RefinementMode Mode { get; init; } = RefinementMode.Refine;

    [Setting("Whether requests may raise the mode by the header EsRefine-Mode. By default they can only lower it, in the order refine, learn, shadow, off: "
        + "what is off stays off.")]
    public bool AllowModeHeader { get; init; }

    [Setting("Time a search may spend on being refined. When it ends, the judgments that have arrived are used.",
        Unit = "milliseconds", Min = 1, Max = 600_000, Flag = "--deadline", Placeholder = "MS")]
    public int DeadlineMs { get; init; } = 1500;

    [Setting("Hits judged per search. More hits make the refinement more reliable and cost more tokens.",
        Unit = "hits", Min = 2, Max = 100, Flag = "--sample", Placeholder = "N")]
    public int Sample { get; init; } = 20;

    [Setting("Refinement rule: how the query vector moves. rocchio@ANGLE turns it by an angle (radians) toward the relevant hits; "
        + "kl-adam follows the gradient.",
        Form = nameof(TextForms.Rule), Flag = "--rule", Placeholder = "RULE")]
    public string Rule { get; init; } = "rocchio@0.3";

    [Setting("Largest angle a query vector is moved by.", Unit = "radians", Above = 0, Max = Math.PI / 2, Flag = "--trust-radius", Placeholder = "ANGLE")]
    public double TrustRadius { get; init; } = 0.6;

    [Setting("Smallest difference between the highest and the lowest P(relevant) of a sample that counts as a signal. Below it the vector is not refined.",
        Unit = "probability", Min = 0, Below = 1)]
    public double MinSpread { get; init; } = 0.05;

    [Setting("Largest search body that is read to find a kNN clause. Larger ones are streamed to the cluster unread. "
        + "An _msearch body may be four times as large.",
        Unit = "bytes", Min = 1024, Max = 1024 * 1024 * 1024)]
    public int MaxSearchBodyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Null: a quarter of the memory.</summary>
    [Setting("Memory for everything that clients and servers can make EsRefine hold: large request heads, search bodies, gRPC messages, replies to "
        + "its own requests, copies of embeddings replies. Beyond it nothing waits: searches are forwarded unchanged, copies are dropped. "
        + "Without it: a quarter of the memory that the process or its container may use.",
        Unit = "mebibytes", Min = 1, Max = 1024 * 1024, Example = "64")]
    public int? MaxBufferedMebibytes { get; init; }

    [Setting("Judgments that one search may buy: each of its vectors costs as many as hits are sampled. Vectors beyond it stay as they are. "
        + "The searches of an _msearch share four times as many.",
        Unit = "judgments", Min = 2, Max = 100_000)]
    public int MaxJudgments { get; init; } = 100;

    [Setting("Searches refined at the same time. Further searches are forwarded unchanged without waiting.", Unit = "searches", Min = 1, Max = 100_000)]
    public int MaxConcurrentSearches { get; init; } = 64;

    /// <summary>Null: EsRefine is a plain proxy.</summary>
    [JudgeSetting("The judge that grades the sampled hits. Without a judge EsRefine is a plain proxy.", Flag = "--judge", Placeholder = "JUDGE")]
    public JudgeSettings? Judge { get; init; }

    /// <summary>Null: there is no local model.</summary>
    [Setting("The local embedding model. It serves gRPC requests that hold a text instead of a vector, targets with model: local, and the models listener.")]
    public ModelSettings? Model { get; init; }

    [Setting("The models listener: an OpenAI-compatible embeddings API. EsRefine remembers the text of each vector it returns, "
        + "so that a search that holds only the vector can be refined. It is open where listen.models is set.")]
    public ModelsSettings Models { get; init; } = new();

    [Setting("The cache of refined vectors, which serves repeated searches and later pages. Several sidecars can share it.")]
    public CacheSettings Cache { get; init; } = new();

    [Setting("Indices and fields with settings of their own. The first target that matches a search applies; searches that match none are forwarded unchanged. "
        + "Without targets, searches of every index are refined, and all text fields are judged.",
        Flag = "--target", Placeholder = "YAML")]
    public IReadOnlyList<TargetSettings> Targets { get; init; } = [];
}
