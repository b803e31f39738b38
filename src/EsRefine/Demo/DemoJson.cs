using System.Text;
using System.Text.Json;

namespace EsRefine.Demo;

/// <summary>The figures and the shown question's two rankings for machines: one JSON object on one line.</summary>
internal static class DemoJson
{
    public static void Write(TextWriter output, DemoScene scene, QuestionResult shown, DemoFigures figures)
    {
        Dictionary<string, string> titles = scene.Set.Pages.ToDictionary(static page => page.Id, static page => page.Title, StringComparer.Ordinal);
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("map_before", figures.Map.Before);
            json.WriteNumber("map_after", figures.Map.After);
            json.WriteNumber("ndcg_cut_10_before", figures.Ndcg10.Before);
            json.WriteNumber("ndcg_cut_10_after", figures.Ndcg10.After);
            json.WriteNumber("queries", figures.Questions);
            json.WriteNumber("win", figures.Comparison.Wins);
            json.WriteNumber("tie", figures.Comparison.Ties);
            json.WriteNumber("loss", figures.Comparison.Losses);
            json.WriteNumber("p_value", figures.PValue);
            json.WriteNumber("documents", scene.Set.Pages.Count);
            json.WriteString("engine", scene.Index.Engine);
            json.WriteString("model", scene.Model);
            json.WriteString("judge", scene.Options.LanguageModel is { } model ? $"chat:{model.Model}" : "qrels");
            json.WriteString("rule", scene.Options.Rule);
            json.WriteNumber("sample", scene.Options.Sample);
            json.WriteStartObject("outcomes");
            foreach ((string outcome, int count) in figures.Outcomes)
            {
                json.WriteNumber(outcome, count);
            }

            json.WriteEndObject();
            json.WriteString("question", shown.Question.Text);
            WriteRanking(json, "before", shown.Before, shown, titles);
            WriteRanking(json, "after", shown.After, shown, titles);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>The pages that the report shows, best first; <c>grade</c> only where somebody has graded them.</summary>
    private static void WriteRanking(Utf8JsonWriter json, string name, DemoReply reply, QuestionResult shown, Dictionary<string, string> titles)
    {
        json.WriteStartArray(name);
        foreach (string page in RankingTables.Top(reply))
        {
            json.WriteStartObject();
            json.WriteString("id", page);
            json.WriteString("title", titles.GetValueOrDefault(page, page));
            if (shown.Grade(page) is { } grade)
            {
                json.WriteNumber("grade", grade);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
