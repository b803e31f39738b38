namespace EsRefine.Pipeline;

/// <summary>What refinement logs. Ids from 100.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error,
        "A search could not be refined because of a bug in EsRefine; the original search was sent. Please report this with the stack trace.")]
    public static partial void InternalError(this ILogger logger, Exception exception);

    [LoggerMessage(101, LogLevel.Information,
        "Shadow: a search of {Index} on field {Field} would have been {Outcome} (judged {Judged} of {Sampled}, angle {Angle:0.###}){Detail}")]
    public static partial void Shadow(
        this ILogger logger, string index, string field, string outcome, int judged, int sampled, float angle, string detail);

    [LoggerMessage(102, LogLevel.Warning, "Learn: a search could not be refined behind its reply ({Fault}: {Reason}); the next one tries again")]
    public static partial void NotLearned(this ILogger logger, string fault, string? reason);
}
