namespace EsRefine.Configuration;

/// <summary>A judge in a word, as flags take it: <c>chat</c>, <c>qrels</c>, <c>llm-noise</c>, <c>weak-noise</c>, <c>recorded:FILE</c>.</summary>
internal static class JudgeShorthand
{
    private static readonly string[] Words = ["chat", "qrels", "llm-noise", "weak-noise", "recorded:FILE"];

    /// <summary>What the word stands for, as a file would say it; nothing where <paramref name="errors"/> tells what is wrong.</summary>
    public static ConfigurationNode Read(string text, SettingOrigin origin, List<string> errors)
    {
        (string Name, string Value)[]? settings = text switch
        {
            "chat" or "recorded" => [("kind", text)],
            "qrels" => [("kind", "qrels"), ("noise", "none")],
            "llm-noise" => [("kind", "qrels"), ("noise", "llm")],
            "weak-noise" => [("kind", "qrels"), ("noise", "weak")],
            _ when text.StartsWith("recorded:", StringComparison.Ordinal) => [("kind", "recorded"), ("file", text["recorded:".Length..])],
            _ => null,
        };
        if (settings is null)
        {
            errors.Add($"{origin}: no judge '{text}'{NearestName.Hint(text, Words)}");
            return new ConfigurationValue(origin, null);
        }

        return new ConfigurationMapping(origin,
            [.. settings.Select(setting => new ConfigurationEntry(setting.Name, origin, new ConfigurationValue(origin, setting.Value)))]);
    }
}
