namespace EsRefine.Configuration;

/// <summary>
/// Makes a property of a settings record a setting and documents it. Its name is the property's in camel case, its default is what a new record holds,
/// and it is required where the property is. The file, environment variables, flags, <c>--help</c>, <c>esrefine config</c>, <c>deploy/esrefine.yaml</c>,
/// <c>docs/configuration.md</c> and the JSON Schema are all derived from it.
/// </summary>
/// <param name="description">The description, in full sentences. The first sentence must be clear without the others.</param>
[AttributeUsage(AttributeTargets.Property)]
internal class SettingAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    /// <summary>The unit of a number, in the plural. Every number needs one.</summary>
    public string? Unit { get; init; }

    /// <summary>Smallest number allowed.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>An exclusive lower bound of a number.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>An exclusive upper bound of a number.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The numbers allowed.</summary>
    public NumberRange Range => new(Min, Max, Above, Below);

    /// <summary>The words a text may be; empty = any text. The words of an enumeration are its names.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>The syntax of a text: the name of a member of <see cref="TextForms"/>; null = <see cref="TextForms.Text"/>.</summary>
    public string? Form { get; init; }

    /// <summary>The command-line flag, with its dashes; null = it has none.</summary>
    public string? Flag { get; init; }

    /// <summary>The placeholder for the flag's value in help texts: <c>URL</c>.</summary>
    public string? Placeholder { get; init; }

    /// <summary>A value in YAML for the sample file; null = the default.</summary>
    public string? Example { get; init; }

    /// <summary>Whether the sample file sets it. Settings that it does not set are comments there.</summary>
    public bool IsSetInSample { get; init; }

    /// <summary>Whether its value is masked when the configuration is printed.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The kinds among which a group can choose; empty = a group without kinds.</summary>
    public virtual IReadOnlyList<SettingsKind> Kinds => [];
}
