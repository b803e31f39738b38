namespace EsRefine.Models;

/// <summary>What the models listener logs. Ids 700–799.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Information,
        "The embeddings reply to {Texts} texts ({Bytes} bytes) has no readable vectors, or not one per text; searches with these vectors are not refined")]
    public static partial void NothingToRemember(this ILogger logger, int texts, int bytes);

    [LoggerMessage(701, LogLevel.Information,
        "The embeddings reply to {Texts} texts was relayed without being read, because the memory budget (maxBufferedMebibytes) has no room for a copy: "
        + "searches with its vectors will not be refined")]
    public static partial void CopyDropped(this ILogger logger, int texts);
}
