namespace EsRefine.Models;

/// <summary>What the models listener says. Ids from 820.</summary>
internal static partial class Log
{
    [LoggerMessage(820, LogLevel.Information,
        "A reply of {Bytes} bytes to {Texts} texts holds no vectors that can be read, or not as many: searches with them will not be refined")]
    public static partial void NothingToRemember(this ILogger logger, int texts, int bytes);
}
