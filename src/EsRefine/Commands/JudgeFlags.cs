using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>Messages of judges name settings; in verbs whose flags set them, the messages name those flags.</summary>
internal static class JudgeFlags
{
    private static readonly (string Path, string Flag)[] Flags =
    [
        .. EsRefineSettings.Tree.At("judge").Children
            .Where(static setting => setting.Attribute.Flag is not null)
            .Select(static setting => (setting.Path, setting.Attribute.Flag!)),
    ];

    /// <summary>In <c>esrefine demo</c>, which has no flag for the alternatives asked for.</summary>
    private static readonly (string Path, string Flag)[] Demo = [(" and judge.topLogprobs", ""), .. Flags];

    /// <summary>In <c>esrefine eval</c>, where files and queries come with the set or with the judge's name.</summary>
    private static readonly (string Path, string Flag)[] Eval =
        [("--judge: judge.file", "--judge recorded:FILE"), ("judge.file", "--judge"), ("judge.queries", "--data"), ("judge.kind: ", "--judge "), .. Flags];

    /// <summary>A message that names configuration keys, naming flags of <c>esrefine demo</c>.</summary>
    public static string OfDemo(string message, Uri? judge) => Reword(message, judge, Demo);

    /// <summary>A message that names configuration keys, naming flags of <c>esrefine eval</c>.</summary>
    public static string OfEval(string message, Uri? judge) => Reword(message, judge, Eval);

    private static string Reword(string message, Uri? judge, (string Path, string Flag)[] names)
    {
        string reworded = names.Aggregate(message, static (text, name) => text.Replace(name.Path, name.Flag, StringComparison.Ordinal));
        return judge is not null && LacksVersion(judge) && IsUnknownPath(message) ? $"{reworded.TrimEnd('.')}; --judge-url usually ends in /v1" : reworded;
    }

    private static bool LacksVersion(Uri judge) => !judge.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal);

    /// <summary>How servers answer at a path that they do not serve.</summary>
    private static bool IsUnknownPath(string message) =>
        message.Contains("HTTP 400", StringComparison.Ordinal) || message.Contains("HTTP 404", StringComparison.Ordinal)
        || message.Contains("HTTP 405", StringComparison.Ordinal);
}
