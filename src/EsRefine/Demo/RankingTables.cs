using Spectre.Console;

namespace EsRefine.Demo;

/// <summary>The two rankings of one question: side by side, or one under the other where the terminal is narrow.</summary>
/// <param name="result">The question and its rankings.</param>
/// <param name="titles">A title for each page's id.</param>
internal sealed class RankingTables(QuestionResult result, IReadOnlyDictionary<string, string> titles)
{
    /// <summary>Ranks shown.</summary>
    public const int Shown = 10;

    private static readonly Markup Nothing = new("");

    /// <summary>Ids of the pages that are shown, best first.</summary>
    public static string[] Top(DemoReply reply) => [.. reply.Ranking.Take(Shown).Select(static hit => hit.DocumentId)];

    public IEnumerable<Table> Draw(bool isWide)
    {
        string[] before = Top(result.Before);
        string[] after = Top(result.After);
        int rows = Math.Max(before.Length, after.Length);
        if (isWide)
        {
            Table table = Ranking("#", "", "the cluster alone", "", "", "through EsRefine", "moved");
            for (int i = 0; i < rows; i++)
            {
                table.AddRow([Rank(i), .. Left(before, i, after), .. Right(after, i)]);
            }

            return [table];
        }

        Table alone = Ranking("#", "", "the cluster alone", "");
        Table refined = Ranking("#", "", "through EsRefine", "moved");
        for (int i = 0; i < rows; i++)
        {
            alone.AddRow([Rank(i), .. Left(before, i, after)]);
            refined.AddRow([Rank(i), .. Right(after, i)]);
        }

        return [alone, refined];
    }

    private static Table Ranking(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple).Expand();
        foreach (string column in columns)
        {
            TableColumn added = new(column);
            table.AddColumn(column is "#" or "" or "moved" ? added.NoWrap().Padding(0, 1) : added.Padding(0, 1));
        }

        return table;
    }

    private static Markup Rank(int index) => new($"{index + 1}");

    /// <summary>Mark, title, and whether the page fell out of the top ten.</summary>
    private Markup[] Left(string[] before, int index, string[] after)
    {
        if (index >= before.Length)
        {
            return [Nothing, Nothing, Nothing];
        }

        string page = before[index];
        return [Mark(page), Title(page), after.Contains(page) ? Nothing : new Markup("[dim]–[/]")];
    }

    /// <summary>Mark, title and the page's previous rank.</summary>
    private Markup[] Right(string[] after, int index)
    {
        if (index >= after.Length)
        {
            return [Nothing, Nothing, Nothing];
        }

        int rank = index + 1;
        int was = result.Before.RankOf(after[index]);
        string moved = was switch
        {
            0 => "new",
            > Shown => $"[bold]new[/] [dim](was {was})[/]",
            _ when was > rank => $"↑{was - rank}",
            _ when was < rank => $"[dim]↓{rank - was}[/]",
            _ => "[dim]=[/]",
        };
        return [Mark(after[index]), Title(after[index]), new Markup(moved)];
    }

    private Markup Mark(string page) => new(result.Grade(page) switch
    {
        null => "",
        >= 2 => "[green]●●[/]",
        1 => "[yellow]●[/]",
        _ => "[dim]·[/]",
    });

    private Markup Title(string page) => new(
        Markup.Escape(titles.GetValueOrDefault(page, page)), result.Grade(page) == 0 ? new Style(decoration: Decoration.Dim) : Style.Plain);
}
