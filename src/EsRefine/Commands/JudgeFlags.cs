using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>Rewords messages of judges, which name settings, so that they name the flags of the current verb instead.</summary>
internal static class JudgeFlags
{
    private static readonly (string Path, string Flag)[] Flags =
    [
        .. EsRefineSettings.Tree.At("judge").Children
            .Where(static setting => setting.Attribute.Flag is not null)
            .Select(static setting => (setting.Path, setting.Attribute.Flag!)),
    ];

    /// <summary>For <c>esrefine demo</c>, which has no flag for <c>judge.topLogprobs</c>.</summary>
    private static readonly (string Path, string Flag)[] Demo = [(" and judge.topLogprobs", ""), .. Flags];

    /// <summary>For <c>esrefine eval</c>, where files and queries come from the set or follow the judge's name.</summary>
    private static readonly (string Path, string Flag)[] Eval =
        [("--judge: judge.file", "--judge recorded:FILE"), ("judge.file", "--judge"), ("judge.queries", "--data"), ("judge.kind: ", "--judge "), .. Flags];

    /// <summary>Replaces the settings in a message with the flags of <c>esrefine demo</c>.</summary>
    public static string OfDemo(string message, Uri? judge) => Reword(message, judge, Demo);

    /// <summary>Replaces the settings in a message with the flags of <c>esrefine eval</c>.</summary>
    public static string OfEval(string message, Uri? judge) => Reword(message, judge, Eval);

    private static string Reword(string message, Uri? judge, (string Path, string Flag)[] names)
    {
        string reworded = names.Aggregate(message, static (text, name) => text.Replace(name.Path, name.Flag, StringComparison.Ordinal));
        return judge is not null && LacksVersion(judge) && IsUnknownPath(message) ? $"{reworded.TrimEnd('.')}; --judge-url usually ends in /v1" : reworded;
    }

    private static bool LacksVersion(Uri judge) => !judge.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal);

    /// <summary>Whether the message reports a status with which servers answer an unknown path.</summary>
    private static bool IsUnknownPath(string message) =>
        message.Contains("HTTP 400", StringComparison.Ordinal) || message.Contains("HTTP 404", StringComparison.Ordinal)
        || message.Contains("HTTP 405", StringComparison.Ordinal);
}
