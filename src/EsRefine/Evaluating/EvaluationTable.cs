using System.Globalization;
using EsRefine.Terminal;
using Spectre.Console;

namespace EsRefine.Evaluating;

/// <summary>The outcome of an evaluation for people.</summary>
internal static class EvaluationTable
{
    // Where the output is no terminal there is no width to keep to; narrower than this the table would break its rows.
    private const int WidthWithoutTerminal = 120;

    public static void Write(EvaluationReport report, TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!console.Profile.Out.IsTerminal)
        {
            console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new TrimmedLines(output)) });
            console.Profile.Width = WidthWithoutTerminal;
        }

        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("system");
        foreach (string title in (string[])["MAP", "nDCG@10", "Recall@100", "Δ MAP", "p", "win/tie/loss", "angle"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        foreach (SystemReport system in report.Systems)
        {
            string winTieLoss = system.Win is null ? "" : $"{system.Win}/{system.Tie}/{system.Loss}";
            string angle = system.MeanAngle is { } radians ? Measure(radians) : "";
            table.AddRow(
                Markup.Escape(system.Name), Measure(system.Map), Measure(system.NdcgCut10), Measure(system.Recall100),
                Delta(system, report.Systems[0]), Chance(system.PValue), winTieLoss, angle);
        }

        output.WriteLine(Title(report));
        console.Write(table);
        foreach (string note in Notes(report))
        {
            output.WriteLine(note);
        }
    }

    private static string Title(EvaluationReport report)
    {
        string engine = report.EngineVersion is { } version ? $"{report.Engine} {version}" : report.Engine;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Dataset} ({report.Split}): {report.Queries} queries, {report.Documents:N0} documents, {engine}, {report.Model}, "
            + $"judge {report.Judge}, {report.Sample} hits judged a query");
    }

    private static IEnumerable<string> Notes(EvaluationReport report)
    {
        if (report.Depth is { } depth)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"MAP over the first {depth:N0} hits: an engine gives no more.");
        }

        yield return "Δ, p (paired t-test) and win/tie/loss compare average precision with knn; angle is how far the query vector was moved, in radians.";
        if (report.QueriesWithoutRelevant > 0)
        {
            yield return $"{report.QueriesWithoutRelevant} queries without a relevant document are left out.";
        }

        if (report.QueriesNotRecorded > 0)
        {
            yield return $"{report.QueriesNotRecorded} queries are left out because the recording lacks a hit of theirs.";
        }
    }

    private static string Measure(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>Of the figures as they are shown, so that who subtracts them finds the same.</summary>
    private static string Delta(SystemReport system, SystemReport baseline) => system.DeltaMap is null ? "" : (Shown(system.Map) - Shown(baseline.Map))
        .ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    private static decimal Shown(double measure) => decimal.Parse(Measure(measure), CultureInfo.InvariantCulture);

    private static string Chance(double? p) => p switch
    {
        null => "",
        < 0.0001 => "<0.0001",
        _ => Measure(p.Value),
    };
}
