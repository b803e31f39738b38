using System.Globalization;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>The figures as a table in Markdown.</summary>
internal static class ComparisonTable
{
    /// <summary>Prints the table and returns whether every ratio is within the tolerance.</summary>
    public static bool Print(IReadOnlyList<ScenarioComparison> comparisons, double tolerance)
    {
        Console.WriteLine("| request | before, µs | after, µs | after / before | before, bytes | after, bytes | after / before |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        List<string> worse = [];
        foreach (ScenarioComparison comparison in comparisons)
        {
            (Figure time, Figure bytes) = Figures(comparison);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {comparison.Scenario.Name} | {time.Before:0.0} | {time.After:0.0} | {Spread(time)} "
                + $"| {bytes.Before:#,0} | {bytes.After:#,0} | {Spread(bytes)} |"));
            Note(time.Ratio, $"{comparison.Scenario.Name}: processor time");
            Note(bytes.Ratio, $"{comparison.Scenario.Name}: allocated bytes");
            if (comparison.Scenario.Unrecognized is { } unrecognized)
            {
                PrintRecognition(comparison.Scenario.Name, (time, bytes), Figures(comparisons.Single(other => other.Scenario == unrecognized)));
            }
        }

        worse.ForEach(static line => Console.WriteLine($"WORSE: {line}"));
        return worse.Count == 0;

        // A search with kNN less one of the same size without it. Its time is a small difference of noisy figures, so only its bytes are judged.
        void PrintRecognition(string name, (Figure Time, Figure Bytes) seen, (Figure Time, Figure Bytes) unseen)
        {
            (double timeBefore, double timeAfter) = (seen.Time.Before - unseen.Time.Before, seen.Time.After - unseen.Time.After);
            (double before, double after) = (seen.Bytes.Before - unseen.Bytes.Before, seen.Bytes.After - unseen.Bytes.After);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| … of this, recognition | {timeBefore:0.0} | {timeAfter:0.0} | | {before:#,0} | {after:#,0} | {after / before:0.000} |"));
            Note(after / before, $"{name}: bytes of recognition");
        }

        void Note(double ratio, string what)
        {
            if (ratio > tolerance)
            {
                worse.Add(string.Create(CultureInfo.InvariantCulture, $"{what}, {ratio:0.000}"));
            }
        }
    }

    private static (Figure Time, Figure Bytes) Figures(ScenarioComparison comparison) =>
        (comparison.Of(static cost => cost.Microseconds), comparison.Of(static cost => cost.Bytes));

    private static string Spread(Figure figure) =>
        string.Create(CultureInfo.InvariantCulture, $"{figure.Ratio:0.000} ({figure.Least:0.00}–{figure.Greatest:0.00})");
}
