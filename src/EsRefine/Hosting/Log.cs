namespace EsRefine.Hosting;

/// <summary>What the listeners log. Ids 1000–1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "The {Listener} listener closes new connections: {Limit} are open, as many as listen.maxConnections allows")]
    public static partial void TooManyConnections(this ILogger logger, string listener, int limit);
}
