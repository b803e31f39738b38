using System.IO.Compression;

namespace EsRefine.Evaluation.Tests.Files;

/// <summary>A temporary folder for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("esrefine-evaluation-").FullName;

    /// <summary>Writes a file, compressed if its name ends in <c>.gz</c>.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string name, string content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using Stream file = File.Create(path);
        using StreamWriter writer = new(name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file);
        writer.Write(content);
        return path;
    }

    /// <summary>Writes a minimal set.</summary>
    public TemporaryFolder WithSet()
    {
        Write("corpus.jsonl", """{"_id":"d1","title":"A","text":"one"}""" + "\n" + """{"_id":"d2","text":"two"}""" + "\n");
        Write("queries.jsonl", """{"_id":"q1","text":"which?"}""" + "\n");
        Write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\n");
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
