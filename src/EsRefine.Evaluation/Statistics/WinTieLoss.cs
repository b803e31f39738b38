namespace EsRefine.Evaluation.Statistics;

/// <summary>Number of queries on which system a is better than, equal to or worse than system b.</summary>
public readonly record struct WinTieLoss(int Wins, int Ties, int Losses)
{
    /// <summary>Values closer than this count as equal.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Compares two systems query by query.</summary>
    /// <param name="a">Values of system a, one for each query.</param>
    /// <param name="b">Values of system b for the same queries, in the same order.</param>
    public static WinTieLoss Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] differences = PairedDifferences.Of(a, b);
        int wins = differences.Count(static difference => difference >= Tolerance);
        int losses = differences.Count(static difference => difference <= -Tolerance);
        return new(wins, differences.Length - wins - losses, losses);
    }
}
