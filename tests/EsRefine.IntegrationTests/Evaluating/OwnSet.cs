using System.Text.Json.Nodes;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Evaluating;

/// <summary>
/// A data set of the shared material under a unique name. <c>eval</c> names its index after the set, so the index is also unique. It is deleted at the end of
/// the run at the latest.
/// </summary>
internal sealed class OwnSet
{
    private readonly string _original;

    private OwnSet(string original, string folder)
    {
        _original = original;
        Folder = folder;
    }

    /// <summary>The folder in BEIR's layout, for <c>--data</c>.</summary>
    public string Folder { get; }

    /// <summary>The pattern of the set's index names: <c>esrefine-eval-adi-…-*</c>.</summary>
    public string Indices => $"esrefine-eval-{Path.GetFileName(Folder)}-*";

    /// <summary>Creates links to the files of a set, or skips the calling test if the shared material is not available.</summary>
    /// <param name="name">The set's name in <c>data/</c> of the shared material.</param>
    /// <param name="parent">The folder in which to create a folder with the links.</param>
    /// <param name="engine">The engine on which to delete the set's indices. Null if none are created.</param>
    public static OwnSet Of(string name, DirectoryInfo parent, RunningEngine? engine)
    {
        string? original = SharedMaterial.Find("data/" + name);
        Assert.SkipUnless(original is not null, SharedMaterial.Missing);
        DirectoryInfo folder = parent.CreateSubdirectory($"{name}-{Guid.NewGuid():N}");
        foreach (string path in (string[])["corpus.jsonl", "queries.jsonl", "qrels"])
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, path), Path.Combine(original!, path));
        }

        JsonNode meta = JsonNode.Parse(File.ReadAllText(Path.Combine(original!, "meta.json")))!;
        meta["name"] = folder.Name;
        File.WriteAllText(Path.Combine(folder.FullName, "meta.json"), meta.ToJsonString());
        OwnSet set = new(name, folder.FullName);
        engine?.DeleteIndicesAtEnd(set.Indices);
        return set;
    }

    /// <summary>A copy of recorded judgments with this set's name instead of the original.</summary>
    /// <param name="recording">Lines that begin with the name of their set.</param>
    public string Rename(string recording)
    {
        string copy = Path.Combine(Folder, "judgments.jsonl");
        string start = $"{{\"set\":\"{_original}\"";
        File.WriteAllLines(copy, File.ReadLines(recording)
            .Where(line => line.StartsWith(start, StringComparison.Ordinal))
            .Select(line => $"{{\"set\":\"{Path.GetFileName(Folder)}\"{line[start.Length..]}"));
        return copy;
    }
}
