namespace EsRefine.Configuration;

/// <summary>
/// Makes a property of a settings record a setting, and documents it once. Its name is the property's in camel case, its default is what a new record holds,
/// and it is required where the property is. The file, environment variables, flags, <c>--help</c>, <c>esrefine config</c>, <c>deploy/esrefine.yaml</c>,
/// <c>docs/configuration.md</c> and the JSON Schema are all derived from it.
/// </summary>
/// <param name="description">What it does, in sentences. The first one must be clear without the others.</param>
[AttributeUsage(AttributeTargets.Property)]
internal class SettingAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    /// <summary>What a number counts or measures, in the plural. Every number needs one.</summary>
    public string? Unit { get; init; }

    /// <summary>Smallest number allowed.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>A number must be larger than this.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>A number must be smaller than this.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The numbers allowed.</summary>
    public NumberRange Range => new(Min, Max, Above, Below);

    /// <summary>The words a text may be; empty = any text. An enumeration brings its own.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>How a text is written: the name of a member of <see cref="TextForms"/>; null = <see cref="TextForms.Text"/>.</summary>
    public string? Form { get; init; }

    /// <summary>The command-line flag, with its dashes; null = it has none.</summary>
    public string? Flag { get; init; }

    /// <summary>What follows the flag, for help: <c>URL</c>.</summary>
    public string? Placeholder { get; init; }

    /// <summary>A value as YAML writes it, for the sample file; null = the default.</summary>
    public string? Example { get; init; }

    /// <summary>The sample file sets it. The others stand there as comments.</summary>
    public bool IsSetInSample { get; init; }

    /// <summary>Its value is never printed.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The kinds that a group may be of; empty = a group without kinds.</summary>
    public virtual IReadOnlyList<SettingsKind> Kinds => [];
}
