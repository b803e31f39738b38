using System.Text.Json;
using EsRefine.TestSupport;

namespace EsRefine.Evaluation.Tests;

/// <summary>
/// Values of trec_eval, scipy, scikit-learn and statsmodels, from <c>golden/measures.json</c> of the shared material. The file describes how they were
/// computed.
/// </summary>
internal static class GoldenMeasures
{
    /// <summary>Absolute for measures and p-values, relative for t.</summary>
    public const double Tolerance = 1e-9;

    private static readonly Lazy<JsonElement> File = new(() =>
    {
        string? path = SharedMaterial.Find("golden/measures.json");
        Assert.SkipUnless(path is not null, SharedMaterial.Missing);
        using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        return document.RootElement.Clone();
    });

    /// <summary>Returns a part of the file. Skips the test if the file is not available.</summary>
    public static JsonElement Section(string name) => File.Value.GetProperty(name);

    public static IEnumerable<JsonElement> RankingCases => Section("ranking_cases").EnumerateArray();

    public static IEnumerable<JsonElement> PairedTests => Section("paired_tests").EnumerateArray();

    public static string Name(this JsonElement goldenCase) => goldenCase.GetProperty("name").GetString()!;

    public static double[] Doubles(this JsonElement parent, string name) =>
        [.. parent.GetProperty(name).EnumerateArray().Select(static value => value.GetDouble())];

    /// <summary>Reads a number. Null is NaN, and a string holds an infinity, which JSON cannot express as a number.</summary>
    public static double Double(this JsonElement parent, string name) => parent.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.Null } => double.NaN,
        { ValueKind: JsonValueKind.String } text when text.GetString() == "Infinity" => double.PositiveInfinity,
        var number => number.GetDouble(),
    };

    public static Qrels Qrels(this JsonElement rankingCase) => new(rankingCase.GetProperty("qrels").EnumerateObject().Select(static topic =>
        new TopicJudgments(topic.Name, topic.Value.EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetInt32())))));

    public static Run Run(this JsonElement rankingCase)
    {
        Run run = new("golden");
        foreach (JsonProperty query in rankingCase.GetProperty("run").EnumerateObject())
        {
            var documents = query.Value.EnumerateArray().Select(static pair => new ScoredDocument(pair[0].GetString()!, pair[1].GetDouble()));
            run.Add(query.Name, new RankedList(documents));
        }

        return run;
    }

    /// <summary>Asserts equality within <see cref="Tolerance"/>. NaN equals NaN, and an infinity equals the same infinity.</summary>
    public static void AssertClose(double expected, double actual, string what) =>
        Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= Tolerance, $"{what}: expected {expected:R}, got {actual:R}");
}
