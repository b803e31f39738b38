using System.Text;
using System.Text.Json;

namespace EsRefine.Demo;

/// <summary>The figures for machines: one JSON object on one line.</summary>
internal static class DemoJson
{
    public static void Write(TextWriter output, DemoScene scene, DemoFigures figures)
    {
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
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
