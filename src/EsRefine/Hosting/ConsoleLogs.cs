using Microsoft.Extensions.Logging.Console;

namespace EsRefine.Hosting;

/// <summary>Console logging for people and collectors: one line per event, on standard error, because standard output is for results.</summary>
internal static class ConsoleLogs
{
    public static void ToStandardError(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // a failed start is reported in one line; this adds a stack trace
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.None);   // the probe's reply has the reason
        logging.AddFilter("Microsoft.Extensions.Caching", LogLevel.None);   // a stack trace per call to an unreachable store; RedisStore logs one line
        logging.AddFilter("Grpc", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Error);   // the listener logs its own forwarding failures
    }
}
