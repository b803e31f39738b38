using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Demo;

/// <summary>
/// The help center of a public-transport operator that does not exist: pages, passengers' questions and graded judgments, unpacked from this assembly into a
/// temporary folder in BEIR's layout, where the judge reads them like any other set. Dispose deletes the folder.
/// </summary>
internal sealed class DemoSet : IDisposable
{
    /// <summary>A sentence that tells the judge what relevance means here.</summary>
    public const string Task =
        "The document is a page of a public-transport operator's help center. It is relevant if it helps to answer the passenger's question.";

    private const string ResourcePrefix = "Demo/Data/";

    private DemoSet(string folder, BeirSet set)
    {
        Folder = folder;
        Pages = [.. set.ReadCorpus()];
        Questions = set.ReadQueries();
        Qrels = set.ReadQrels("test");
    }

    /// <summary>The folder of the files, which exists until the end of the demo.</summary>
    public string Folder { get; }

    public IReadOnlyList<BeirDocument> Pages { get; }

    public IReadOnlyList<BeirQuery> Questions { get; }

    /// <summary>Grades 2 (answers the question or a part of it), 1 (helps) and 0; a page that is not listed has grade 0.</summary>
    public Qrels Qrels { get; }

    public string QuestionsFile => Path.Combine(Folder, "queries.jsonl");

    public string QrelsFile => Path.Combine(Folder, "qrels", "test.tsv");

    public static DemoSet Unpack()
    {
        string folder = Directory.CreateTempSubdirectory("esrefine-demo-").FullName;
        try
        {
            foreach (string resource in typeof(DemoSet).Assembly.GetManifestResourceNames())
            {
                if (resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                {
                    string path = Path.Combine(folder, resource[ResourcePrefix.Length..].Replace('\\', '/'));   // a build on Windows uses backslashes
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    using Stream content = typeof(DemoSet).Assembly.GetManifestResourceStream(resource)!;
                    using FileStream file = File.Create(path);
                    content.CopyTo(file);
                }
            }

            return new DemoSet(folder, BeirSet.Open(folder));
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
