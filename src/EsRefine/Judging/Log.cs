namespace EsRefine.Judging;

/// <summary>What judging logs, never a document, a query text or a key. Ids 300–399.</summary>
internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "Judge {Judge} accepts calls that ask for {Form}")]
    public static partial void FormSettled(this ILogger logger, string judge, ChatRequestForm form);

    [LoggerMessage(301, LogLevel.Warning,
        "Judge {Judge} gives no log-probabilities: its judgments are 0 or 1, which refines less well; prefer a model or server that gives logprobs")]
    public static partial void AnswersInWords(this ILogger logger, string judge);

    [LoggerMessage(302, LogLevel.Information, "Judge {Judge} thinks before it answers; thinking is switched off from now on")]
    public static partial void ThinkingSwitchedOff(this ILogger logger, string judge);

    [LoggerMessage(303, LogLevel.Warning, "Judge {Judge} failed in {Failed} of {Calls} calls of a search: {Cause}")]
    public static partial void CallsFailed(this ILogger logger, string judge, int failed, int calls, string cause);

    [LoggerMessage(305, LogLevel.Warning,
        "Judge {Judge} has failed {Failures} searches in a row: its breaker opens, searches are forwarded unrefined until it answers; last cause: {Cause}")]
    public static partial void BreakerOpened(this ILogger logger, string judge, int failures, string cause);

    [LoggerMessage(306, LogLevel.Information, "Judge {Judge} answers again: its breaker closes, searches are refined")]
    public static partial void BreakerClosed(this ILogger logger, string judge);

    [LoggerMessage(304, LogLevel.Warning,
        "Judge {Judge} said neither yes nor no to {Unanswered} of {Calls} hits of a search; if this happens often, choose another judge.model")]
    public static partial void NeitherYesNorNo(this ILogger logger, string judge, int unanswered, int calls);
}
