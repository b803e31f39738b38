using System.Text.Json;
using EsRefine.Judging;

namespace EsRefine.IntegrationTests;

/// <summary>The files of a judge of kind <c>qrels</c>, in BEIR's layout, in the folder of the test binaries.</summary>
internal static class LabelFiles
{
    /// <summary>A judge for one query.</summary>
    /// <param name="set">Name of the folder.</param>
    public static JudgeSettings Write(string set, string queryText, IEnumerable<string> relevantIds)
    {
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "labels", set)).FullName;
        string qrels = Path.Combine(folder, "qrels.tsv");
        string queries = Path.Combine(folder, "queries.jsonl");
        File.WriteAllText(qrels, "query-id\tcorpus-id\tscore\n" + string.Concat(relevantIds.Select(static id => $"q1\t{id}\t1\n")));
        File.WriteAllText(queries, JsonSerializer.Serialize(new { _id = "q1", text = queryText }) + "\n");
        return new JudgeSettings { Kind = "qrels", File = qrels, Queries = queries };
    }
}
