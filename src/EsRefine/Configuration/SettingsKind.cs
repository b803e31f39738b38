namespace EsRefine.Configuration;

/// <summary>
/// One of the kinds that a group of settings may be of, chosen by its setting <c>kind</c>. Settings are named by property: <c>nameof(JudgeSettings.Url)</c>.
/// </summary>
/// <param name="Name">As in the file.</param>
/// <param name="Description">What it is, as the end of a sentence: "a language model behind an OpenAI-compatible API".</param>
internal record SettingsKind(string Name, string Description)
{
    /// <summary>The setting that chooses the kind.</summary>
    public const string Chooser = "kind";

    /// <summary>Settings it cannot do without.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Settings it reads where they are set.</summary>
    public IReadOnlyList<string> Takes { get; init; } = [];

    /// <summary>How a flag names it. By default its name.</summary>
    public IReadOnlyList<KindWord> Words { get; init; } = [new(Name)];

    /// <summary>Whether it needs or takes the setting of this property.</summary>
    public bool Reads(string property) => Needs.Contains(property) || Takes.Contains(property);

    /// <summary>The settings that it needs and a record does not have.</summary>
    /// <param name="group">The group of which this is a kind.</param>
    /// <param name="settings">The group's record.</param>
    public IEnumerable<Setting> Missing(SettingGroup group, object settings) =>
        group.Children.Where(child => Needs.Contains(child.PropertyName) && child.ValueIn(settings) is null or "");
}

/// <summary>A word by which a flag names a kind together with some of its settings.</summary>
/// <param name="Word">As typed: <c>llm-noise</c>.</param>
/// <param name="Settings">The settings it stands for, by property.</param>
internal sealed record KindWord(string Word, params (string Property, string Text)[] Settings)
{
    /// <summary>The setting that may follow behind a colon, by property: <c>recorded:FILE</c>. Null = none.</summary>
    public string? Argument { get; init; }

    /// <summary>As help shows it.</summary>
    public string Usage => Argument is null ? Word : $"{Word}:{Argument.ToUpperInvariant()}";
}
