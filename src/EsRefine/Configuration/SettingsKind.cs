namespace EsRefine.Configuration;

/// <summary>
/// One of the kinds of a group of settings, selected by the setting <c>kind</c>. Settings are named by property: <c>nameof(JudgeSettings.Url)</c>.
/// </summary>
/// <param name="Name">The name, as written in the file.</param>
/// <param name="Description">A noun phrase: "a language model behind an OpenAI-compatible API".</param>
internal record SettingsKind(string Name, string Description)
{
    /// <summary>The name of the setting that selects the kind.</summary>
    public const string Chooser = "kind";

    /// <summary>The settings it requires.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>The optional settings it reads.</summary>
    public IReadOnlyList<string> Takes { get; init; } = [];

    /// <summary>The words that a flag accepts for it; its name by default.</summary>
    public IReadOnlyList<KindWord> Words { get; init; } = [new(Name)];

    /// <summary>Whether it reads the setting of this property, required or optional.</summary>
    public bool Reads(string property) => Needs.Contains(property) || Takes.Contains(property);

    /// <summary>The required settings that are not set in a record.</summary>
    /// <param name="group">The group that has this kind.</param>
    /// <param name="settings">The group's record.</param>
    public IEnumerable<Setting> Missing(SettingGroup group, object settings) =>
        group.Children.Where(child => Needs.Contains(child.PropertyName) && child.ValueIn(settings) is null or "");
}

/// <summary>A word by which a flag names a kind together with some of its settings.</summary>
/// <param name="Word">As typed: <c>llm-noise</c>.</param>
/// <param name="Settings">The settings it stands for, by property.</param>
internal sealed record KindWord(string Word, params (string Property, string Text)[] Settings)
{
    /// <summary>The property of the setting that can follow after a colon (<c>recorded:FILE</c>); null = none.</summary>
    public string? Argument { get; init; }

    /// <summary>The word and its argument, for help texts.</summary>
    public string Usage => Argument is null ? Word : $"{Word}:{Argument.ToUpperInvariant()}";
}
