using System.Globalization;

namespace EsRefine.Configuration;

/// <summary>The range of numbers that a setting accepts.</summary>
/// <param name="Min">The smallest number allowed.</param>
/// <param name="Max">The largest number allowed.</param>
/// <param name="Above">An exclusive lower bound.</param>
/// <param name="Below">An exclusive upper bound.</param>
internal readonly record struct NumberRange(double Min, double Max, double Above, double Below)
{
    /// <summary>Whether it has a lower and an upper bound.</summary>
    public bool IsBounded => (double.IsFinite(Min) || double.IsFinite(Above)) && (double.IsFinite(Max) || double.IsFinite(Below));

    public bool Contains(double number) => number >= Min && number <= Max && number > Above && number < Below;

    /// <summary>In words: "from 2 to 100", "above 0 and at most π/2 (1.5707)", "from 0 to below 1".</summary>
    public override string ToString() => double.IsFinite(Above)
        ? $"above {Text(Above)} and {(double.IsFinite(Below) ? $"below {Text(Below)}" : $"at most {Text(Max)}")}"
        : $"from {Text(Min)} to {(double.IsFinite(Below) ? $"below {Text(Below)}" : Text(Max))}";

    private static string Text(double bound) => bound == Math.PI / 2 ? "π/2 (1.5707)" : bound.ToString(CultureInfo.InvariantCulture);
}
