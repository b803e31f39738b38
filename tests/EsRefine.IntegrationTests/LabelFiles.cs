using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.IntegrationTests;

/// <summary>The files of a judge of kind <c>qrels</c>, in BEIR's layout, in a temporary folder.</summary>
internal static class LabelFiles
{
    /// <summary>A judge for one query.</summary>
    public static JudgeSettings Write(string queryText, IEnumerable<string> relevantIds)
    {
        string folder = Directory.CreateTempSubdirectory("esrefine-labels-").FullName;
        string qrels = Path.Combine(folder, "qrels.tsv");
        string queries = Path.Combine(folder, "queries.jsonl");
        File.WriteAllText(qrels, "query-id\tcorpus-id\tscore\n" + string.Concat(relevantIds.Select(static id => $"q1\t{id}\t1\n")));
        File.WriteAllText(queries, JsonSerializer.Serialize(new { _id = "q1", text = queryText }) + "\n");
        return new JudgeSettings { Kind = "qrels", File = qrels, Queries = queries };
    }
}
