using System.Globalization;
using EsRefine.Evaluation.Files;
using EsRefine.Evaluation.Measures;
using EsRefine.Terminal;
using Spectre.Console;

namespace EsRefine.Demo;

/// <summary>The report on the terminal: the setup, two rankings side by side, why they differ, and the figures over all questions.</summary>
internal sealed class DemoReport
{
    /// <summary>Terminals narrower than this, in columns, show one ranking below the other.</summary>
    private const int SideBySideWidth = 96;

    /// <summary>The width, in columns, if the output is a file or a pipe.</summary>
    private const int PipedWidth = 120;

    private const int Named = 3;

    private readonly IAnsiConsole _console;
    private readonly DemoScene _scene;
    private readonly Dictionary<string, string> _titles;

    /// <param name="output">Where it goes.</param>
    /// <param name="scene">What it is about.</param>
    /// <param name="width">Columns; null = the terminal's.</param>
    public DemoReport(TextWriter output, DemoScene scene, int? width = null)
    {
        IAnsiConsoleOutput sink = new AnsiConsoleOutput(output);
        sink = sink.IsTerminal ? sink : new AnsiConsoleOutput(new TrimmedLines(output));
        AnsiConsoleSettings settings = new() { Out = sink, Interactive = InteractionSupport.No };
        settings.Enrichment.UseDefaultEnrichers = false;   // a build server's log is not a terminal
        _console = AnsiConsole.Create(settings);
        if (!_console.Profile.Out.IsTerminal)
        {
            _console.Profile.Width = width ?? PipedWidth;
            _console.Profile.Capabilities.Ansi = false;
        }

        _scene = scene;
        _titles = scene.Set.Pages.ToDictionary(static page => page.Id, static page => page.Title, StringComparer.Ordinal);
    }

    public void Write(QuestionResult result, Explanation explanation, DemoFigures figures)
    {
        WriteScene();
        WriteRankings(result);
        WriteReason(result, explanation);
        WriteFigures(figures);
        WriteJudge(figures);
    }

    /// <summary>Commands to try while the demo is running.</summary>
    /// <param name="bodyFile">Holds the search of <paramref name="question"/>.</param>
    /// <param name="question">What its vector stands for.</param>
    public void WriteInvitation(string bodyFile, BeirQuery question)
    {
        string user = _scene.Index.User is { } name ? $" -u \"{name}\"" : "";
        string rest = $"/{_scene.Index.Path}/_search?pretty\"{user} -H \"Content-Type: application/json\" -d \"@{bodyFile}\"";
        _console.WriteLine();
        Line("[bold]Try it[/]: the same search, at the cluster and through the sidecar.");
        _console.WriteLine();
        Command($"curl -s \"{_scene.Index.Url.ToString().TrimEnd('/')}{rest}");
        _console.WriteLine();
        Command($"curl -si \"{_scene.SidecarUrl.ToString().TrimEnd('/')}{rest} -H \"{QueryHeader.Name}: {QueryHeader.Encode(question.Text)}\"");
        _console.WriteLine();
        Line("[dim]Ctrl-C ends the demo.[/]");
    }

    private void WriteScene()
    {
        Line($"[bold]EsRefine demo[/]: the help center of Velmoor Transit (made up), {_scene.Set.Pages.Count} pages, {_scene.Set.Questions.Count} questions");
        Grid grid = new Grid().AddColumn(new GridColumn().PadLeft(2).PadRight(2).NoWrap()).AddColumn();
        grid.AddRow("cluster", Markup.Escape($"{_scene.Index.Engine}, {_scene.Index.Url}"));
        grid.AddRow("sidecar", Markup.Escape(_scene.SidecarUrl.ToString()));
        grid.AddRow("vectors", Markup.Escape($"{_scene.Model}, {_scene.Dimensions} dimensions"));
        grid.AddRow("judge", Markup.Escape($"{_scene.Judge}; it reads the top {_scene.Options.Sample} of each search"));
        _console.Write(grid);
        _console.WriteLine();
    }

    private void WriteRankings(QuestionResult result)
    {
        Line($"[bold]“{Markup.Escape(result.Question.Text)}”[/]");
        Line($"[dim]One kNN search, the same bytes to both; to the sidecar with the header {QueryHeader.Name}.[/]");
        foreach (Table table in new RankingTables(result, _titles).Draw(isWide: _console.Profile.Width >= SideBySideWidth))
        {
            _console.Write(table);
        }

        Line(result.Judgments is null
            ? "[dim]Nobody has graded the pages for this question.  – out of the top ten[/]"
            : "[green]●●[/] [dim]answers it[/]   [yellow]●[/] [dim]helps[/]   [dim]· does not   – out of the top ten[/]");
        _console.WriteLine();
    }

    private void WriteReason(QuestionResult result, Explanation explanation)
    {
        RefinementSummary summary = explanation.Summary;
        if (summary.Outcome != RefinementOutcome.Refined)
        {
            string detail = (summary.Detail ?? NoDetail(summary.Outcome)).TrimEnd('.');
            Line($"[bold]Why nothing moved[/]: {summary.Outcome.ToName()}{Markup.Escape(detail.Length > 0 ? $": {detail}" : "")}. "
                + "The cluster answered as if EsRefine were not there.");
            _console.WriteLine();
            return;
        }

        string relevant = _scene.Options.LanguageModel is null
            ? $"{explanation.Toward.Count} of them relevant"
            : Invariant($"{explanation.Toward.Count} of them likelier to be relevant than the average of P = {explanation.Mean:0.00}");
        Line($"[bold]Why[/]: judged {summary.Judged} of {summary.Sampled} sampled hits, {relevant}; "
            + Invariant($"the query vector turned {summary.Angle:0.00} rad ({summary.Angle * 180 / Math.PI:0}°, {summary.Rule})"));
        _console.Write(new Grid().AddColumn(new GridColumn().PadLeft(2).PadRight(2).NoWrap()).AddColumn()
            .AddRow("[green]toward[/]", Names(explanation.Toward))
            .AddRow("[red]away from[/]", Names(explanation.Away)));
        int[] entered =
        [
            .. RankingTables.Top(result.After).Where(page => result.Grade(page) > 0).Select(result.Before.RankOf)
                .Where(static rank => rank > RankingTables.Shown),
        ];
        string from = entered.Length switch
        {
            0 => "",
            1 => $" One relevant page entered the top ten, from rank {entered[0]}.",
            _ => $" {entered.Length} relevant pages entered the top ten, from ranks {string.Join(", ", entered.Order())}.",
        };
        string precision = result.Measure(new AveragePrecision()) is { } pair ? Invariant($" Average precision {pair.Before:0.000} → {pair.After:0.000}.") : "";
        Line($"With that vector the cluster ranked all {_scene.Set.Pages.Count} pages again, not only the judged ones.{from}{precision}");
        _console.WriteLine();
    }

    private void WriteFigures(DemoFigures figures)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn($"all {figures.Questions} questions")
            .AddColumn(new TableColumn("the cluster alone").RightAligned())
            .AddColumn(new TableColumn("through EsRefine").RightAligned())
            .AddColumn(new TableColumn("").RightAligned());
        AddFigure(table, "MAP", figures.Map);
        AddFigure(table, "nDCG@10", figures.Ndcg10);
        _console.Write(table);
        string chance = figures switch
        {
            _ when figures.Comparison.Ties == figures.Questions => "p –",   // no pair differs, so there is no test
            { PValue: < 0.0001 } => "p < 0.0001",
            _ => Invariant($"p = {figures.PValue:0.0000}"),
        };
        (int wins, int ties, int losses) = figures.Comparison;
        Line($"Better on {wins} questions, as good on {ties}, worse on {losses} (average precision; paired t-test: {chance}).");
        if (figures.Refined < figures.Questions)
        {
            Line($"Outcomes: {string.Join(", ", figures.Outcomes.Select(static outcome => $"{outcome.Value} {outcome.Key}"))}.");
        }

        _console.WriteLine();
    }

    private void WriteJudge(DemoFigures figures)
    {
        if (figures.Refined == 0)
        {
            Line("[bold red]Nothing was refined: MAP is the cluster's own, before and after.[/] "
                + (_scene.Options.LanguageModel is { } model
                    ? $"The language model {Markup.Escape($"{model.Model} at {model.Url}")} did not judge. A search loses nothing by that, and gains nothing."
                    : "See the outcome above."));
            return;
        }

        if (_scene.Options.LanguageModel is not null)
        {
            Line("[dim]The gain depends on the model: compare with the recorded judgments, which never err (leave --judge-url and --judge-model away).[/]");
            return;
        }

        Line("[bold]Mind[/]: this judge replays the judgments recorded with the questions, the same that the figures are computed from. It never errs, so "
            + "this is what a perfect judge would give, not what a language model gives. Put a real one in its place by adding");
        Command("  --judge-url http://localhost:8000/v1 --judge-model NAME");
        Line("with any OpenAI-compatible server; a hosted one takes its key from an environment variable:");
        Command("  --judge-url https://HOST/v1 --judge-model NAME --judge-key-env JUDGE_API_KEY");
    }

    private static void AddFigure(Table table, string name, (double Before, double After) figure) => table.AddRow(
        name, Invariant($"{figure.Before:0.000}"), Invariant($"[bold]{figure.After:0.000}[/]"),
        Invariant($"{Shown(figure.After) - Shown(figure.Before):+0.000;-0.000;0.000}"));

    /// <summary>A figure rounded as printed, so that the printed difference equals that of the printed figures.</summary>
    private static decimal Shown(double figure) => decimal.Parse(Invariant($"{figure:0.000}"), CultureInfo.InvariantCulture);

    private string TitleOf(string page) => _titles.GetValueOrDefault(page, page);

    private string Names(IReadOnlyList<string> pages)
    {
        string names = string.Join(", ", pages.Take(Named).Select(page => $"“{Markup.Escape(TitleOf(page))}”"));
        return pages.Count > Named ? $"{names} and {pages.Count - Named} more" : names;
    }

    private static string NoDetail(RefinementOutcome outcome) => outcome switch
    {
        RefinementOutcome.NoSignal => "The judge says the same of every hit it read, so there is no direction to turn to.",
        RefinementOutcome.TooFewHits => "Fewer than two hits could be judged.",
        _ => "",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Line(string markup) => _console.MarkupLine(markup);

    /// <summary>Writes directly to the output, because the console would break the line, and the command could not be pasted.</summary>
    private void Command(string text) => _console.Profile.Out.Writer.WriteLine(text);
}
