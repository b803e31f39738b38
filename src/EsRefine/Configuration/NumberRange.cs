using System.Globalization;

namespace EsRefine.Configuration;

/// <summary>The numbers a setting may be.</summary>
/// <param name="Min">Smallest.</param>
/// <param name="Max">Largest.</param>
/// <param name="Above">Smaller than all.</param>
/// <param name="Below">Larger than all.</param>
internal readonly record struct NumberRange(double Min, double Max, double Above, double Below)
{
    /// <summary>Whether it has a lower and an upper end.</summary>
    public bool IsBounded => (double.IsFinite(Min) || double.IsFinite(Above)) && (double.IsFinite(Max) || double.IsFinite(Below));

    public bool Contains(double number) => number >= Min && number <= Max && number > Above && number < Below;

    /// <summary>In words: "from 2 to 100", "above 0 and at most π/2 (1.5707)", "from 0 to below 1".</summary>
    public override string ToString() => double.IsFinite(Above)
        ? $"above {Text(Above)} and {(double.IsFinite(Below) ? $"below {Text(Below)}" : $"at most {Text(Max)}")}"
        : $"from {Text(Min)} to {(double.IsFinite(Below) ? $"below {Text(Below)}" : Text(Max))}";

    private static string Text(double bound) => bound == Math.PI / 2 ? "π/2 (1.5707)" : bound.ToString(CultureInfo.InvariantCulture);
}
