namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>What one scenario costs both builds.</summary>
internal sealed class ScenarioComparison(Scenario scenario)
{
    /// <summary>Pairs of short slices in a round. Short ones, so that whatever else the machine does meets both builds alike.</summary>
    private const int PairsOfRound = 6;

    private const double SecondsOfSlice = 0.08;
    private const double SecondsOfWarmUp = 0.3;
    private const int FewestRequests = 50;

    private readonly List<List<(Cost Before, Cost After)>> _rounds = [];
    private double _microseconds = 1000;

    public Scenario Scenario => scenario;

    /// <summary>Medians of the last round, or what the last warm-up took.</summary>
    public (double Before, double After) LastMicroseconds { get; private set; }

    /// <summary>Sends requests that are not counted, and learns how many make a slice.</summary>
    /// <param name="checks">Whether replies must have the scenario's outcome already.</param>
    public async Task WarmUpAsync(MeasuredSidecar before, MeasuredSidecar after, bool checks)
    {
        int requests = RequestsIn(SecondsOfWarmUp);
        Cost costBefore = await before.SendAsync(scenario, requests, checks);
        Cost costAfter = await after.SendAsync(scenario, requests, checks);
        _microseconds = (costBefore.Microseconds + costAfter.Microseconds) / 2;
        LastMicroseconds = (costBefore.Microseconds, costAfter.Microseconds);
    }

    /// <summary>One round: the builds take turns in going first.</summary>
    public async Task PlayAsync(MeasuredSidecar before, MeasuredSidecar after)
    {
        int requests = RequestsIn(SecondsOfSlice);
        List<(Cost Before, Cost After)> pairs = [];
        for (int pair = 0; pair < PairsOfRound; pair++)
        {
            bool isBeforeFirst = pair % 2 == 0;
            Cost first = await (isBeforeFirst ? before : after).SendAsync(scenario, requests, checks: true);
            Cost second = await (isBeforeFirst ? after : before).SendAsync(scenario, requests, checks: true);
            pairs.Add(isBeforeFirst ? (first, second) : (second, first));
        }

        _rounds.Add(pairs);
        LastMicroseconds = (Median(pairs.Select(static pair => pair.Before.Microseconds)), Median(pairs.Select(static pair => pair.After.Microseconds)));
    }

    /// <summary>Processor time or bytes over all launches.</summary>
    public Figure Of(Func<Cost, double> part)
    {
        (Cost Before, Cost After)[] all = [.. _rounds.SelectMany(static pairs => pairs)];
        double[] ratios = [.. _rounds.Select(RatioOf).Order()];
        return new(Median(all.Select(pair => part(pair.Before))), Median(all.Select(pair => part(pair.After))), RatioOf(all), ratios[0], ratios[^1]);

        double RatioOf(IEnumerable<(Cost Before, Cost After)> pairs) => Median(pairs.Select(pair => part(pair.After) / part(pair.Before)));
    }

    private int RequestsIn(double seconds) => Math.Max(FewestRequests, (int)(seconds * 1e6 / _microseconds));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Medians of both builds, the median of the pairs' ratios, and the least and the greatest such median of a single round.</summary>
internal readonly record struct Figure(double Before, double After, double Ratio, double Least, double Greatest);
