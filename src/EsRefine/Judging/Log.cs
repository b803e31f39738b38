namespace EsRefine.Judging;

/// <summary>The log events of judging, with ids 300–399. They never hold a document, a query text or a key.</summary>
internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "Judge {Judge} accepts requests with {Form}")]
    public static partial void FormSettled(this ILogger logger, string judge, ChatRequestForm form);

    [LoggerMessage(301, LogLevel.Warning,
        "Judge {Judge} returns no log-probabilities: its judgments are 0 or 1, and refinement is less accurate; prefer a model or server that returns them")]
    public static partial void AnswersInWords(this ILogger logger, string judge);

    [LoggerMessage(302, LogLevel.Information, "Judge {Judge} replies with reasoning; its reasoning is switched off from now on")]
    public static partial void ThinkingSwitchedOff(this ILogger logger, string judge);

    [LoggerMessage(303, LogLevel.Warning, "Judge {Judge} failed in {Failed} of {Calls} calls of a search: {Cause}")]
    public static partial void CallsFailed(this ILogger logger, string judge, int failed, int calls, string cause);

    [LoggerMessage(305, LogLevel.Warning,
        "Judge {Judge} failed in {Failures} consecutive searches: its circuit breaker opens, and searches are forwarded unchanged until it answers again; "
        + "last cause: {Cause}")]
    public static partial void BreakerOpened(this ILogger logger, string judge, int failures, string cause);

    [LoggerMessage(306, LogLevel.Information, "Judge {Judge} answers again: its circuit breaker closes, and searches are refined")]
    public static partial void BreakerClosed(this ILogger logger, string judge);

    [LoggerMessage(304, LogLevel.Warning,
        "Judge {Judge} answered neither yes nor no for {Unanswered} of {Calls} hits of a search; if this happens often, choose another judge.model")]
    public static partial void NeitherYesNorNo(this ILogger logger, string judge, int unanswered, int calls);
}
