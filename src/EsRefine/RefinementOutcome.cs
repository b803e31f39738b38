namespace EsRefine;

/// <summary>Every way a search can end. An outcome is never an error: whatever its name, the client gets the cluster's own reply.</summary>
internal enum RefinementOutcome
{
    /// <summary>The reissued search carries a refined query vector.</summary>
    Refined,

    /// <summary>The same, with a refined query vector remembered from an earlier search.</summary>
    RefinedFromCache,

    /// <summary>Mode <c>shadow</c>: refined for the record, the original search was sent.</summary>
    Shadowed,

    /// <summary>Mode <c>learn</c>: the original search was sent, the refined vector serves the next one.</summary>
    Learning,

    /// <summary>No kNN clause in a place that ranks hits.</summary>
    NoKnnClause,

    /// <summary>
    /// A later page of a search whose first page was sent unrefined, or too long ago. It stays unrefined, so that pages neither repeat nor skip hits.
    /// </summary>
    PlainSequence,

    /// <summary>The text that the vector stands for is not known.</summary>
    NoQueryText,

    /// <summary>The target, or the request, is in mode <c>off</c>.</summary>
    TargetOff,

    /// <summary>Fewer than two judged hits.</summary>
    TooFewHits,

    /// <summary>The judgments are too similar to give a direction.</summary>
    NoSignal,

    /// <summary>The hits' vectors cannot be read back.</summary>
    VectorsUnavailable,

    /// <summary>The query vector, the mapping and the hits' vectors disagree about the dimensions.</summary>
    DimensionMismatch,

    /// <summary>The deadline passed with fewer than two judgments.</summary>
    DeadlinePassed,

    /// <summary>The judge failed before two judgments had arrived.</summary>
    JudgeFailed,

    /// <summary>The token or cost budget is spent.</summary>
    BudgetSpent,

    /// <summary>As many searches as allowed are being refined already.</summary>
    Overloaded,

    /// <summary>The cluster refused the sampling search, or answered it in part only.</summary>
    UpstreamRefusedSample,

    /// <summary>The body is larger than <c>maxSearchBodyBytes</c>.</summary>
    BodyTooLarge,

    /// <summary>A form, an encoding or a field type that is not refined.</summary>
    Unsupported,

    /// <summary>A bug in EsRefine: it is logged with its stack trace, and the original search was sent.</summary>
    InternalError,
}

/// <summary>The names of the outcomes.</summary>
internal static class RefinementOutcomes
{
    private static readonly string[] KebabNames = [.. Enum.GetNames<RefinementOutcome>().Select(ToKebabCase)];

    /// <summary>The outcome in kebab case, as in headers, metrics and gRPC: <c>no-query-text</c>.</summary>
    public static string ToName(this RefinementOutcome outcome) => KebabNames[(int)outcome];

    private static string ToKebabCase(string name) =>
        string.Concat(name.Select(static (letter, i) => char.IsUpper(letter) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
