using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EsRefine.Refinement;

/// <summary>Finds refinement rules by name.</summary>
public static class RefinementRules
{
    private const string RocchioPrefix = "rocchio@";

    /// <summary>Describes the accepted names, for messages ("must be …, not 'rocchio@9'") and help.</summary>
    public const string Choice = "kl-adam or rocchio@ANGLE, an angle in radians above 0 and at most π/2 (rocchio@0.3)";

    /// <summary>Reads <c>kl-adam</c>, <c>rocchio</c> (= <c>rocchio@0.3</c>) or <c>rocchio@ANGLE</c> with the angle in radians, in (0, π/2].</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out IRefinementRule? rule)
    {
        rule = name switch
        {
            "kl-adam" => new KlAdam(),
            "rocchio" => new Rocchio(),
            _ when TryParseAngle(name, out float angle) => new Rocchio(angle),
            _ => null,
        };
        return rule is not null;
    }

    // Signs and white space are rejected, so that an angle has one spelling in files, headers and reports.
    private static bool TryParseAngle(string? name, out float angle)
    {
        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        angle = 0;
        return name is not null && name.StartsWith(RocchioPrefix, StringComparison.Ordinal)
            && float.TryParse(name.AsSpan(RocchioPrefix.Length), styles, CultureInfo.InvariantCulture, out angle)
            && angle is > 0 and <= MathF.PI / 2;
    }
}
