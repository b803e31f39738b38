namespace EsRefine.Commands;

/// <summary>What a judge says of its settings, in the words of the verbs whose flags set them.</summary>
internal static class JudgeFlags
{
    /// <summary>In <c>esrefine demo</c>, which has no flag for the alternatives asked for.</summary>
    private static readonly (string Key, string Flag)[] Demo =
    [
        (" and judge.topLogprobs", ""), ("judge.url", "--judge-url"), ("judge.model", "--judge-model"), ("judge.apiKeyEnv", "--judge-key-env"),
    ];

    private static readonly (string Key, string Flag)[] Eval =
    [
        ("judge.url", "--judge-url"), ("judge.model", "--judge-model"), ("judge.apiKeyEnv", "--judge-key-env"), ("judge.topLogprobs", "--top-logprobs"),
        ("judge.file", "--judge"), ("judge.queries", "--data"), ("judge.kind: chat", "--judge chat"),
    ];

    /// <summary>A message that names configuration keys, naming flags of <c>esrefine demo</c>.</summary>
    public static string OfDemo(string message, Uri? judge) => Reword(message, judge, Demo);

    /// <summary>A message that names configuration keys, naming flags of <c>esrefine eval</c>.</summary>
    public static string OfEval(string message, Uri? judge) => Reword(message, judge, Eval);

    private static string Reword(string message, Uri? judge, (string Key, string Flag)[] names)
    {
        string reworded = names.Aggregate(message, static (text, name) => text.Replace(name.Key, name.Flag, StringComparison.Ordinal));
        return judge is not null && LacksVersion(judge) && IsUnknownPath(message) ? $"{reworded.TrimEnd('.')}; --judge-url usually ends in /v1" : reworded;
    }

    private static bool LacksVersion(Uri judge) => !judge.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal);

    /// <summary>How servers answer at a path that they do not serve.</summary>
    private static bool IsUnknownPath(string message) =>
        message.Contains("HTTP 400", StringComparison.Ordinal) || message.Contains("HTTP 404", StringComparison.Ordinal)
        || message.Contains("HTTP 405", StringComparison.Ordinal);
}
