using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using EsRefine.EmbeddedIndex;
using EsRefine.Evaluation;
using EsRefine.Refinement;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Architecture;

/// <summary>A program that is handed on tells nothing of the machine it was built on.</summary>
public sealed class BuildPathTests
{
    public static TheoryData<string> Assemblies =>
    [
        .. ((Type[])[typeof(EmbeddedIndexServer), typeof(IRefinementRule), typeof(Run)]).Select(static type => type.Assembly)
            .Append(FolderUses.Sidecar).Select(static assembly => assembly.Location),
    ];

    /// <summary>What must not be found: the clone, the packages, the home.</summary>
    private static IEnumerable<string> Paths
    {
        get
        {
            yield return SharedMaterial.RepositoryRoot;
            yield return Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string package = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "all-MiniLM-L6-v2.package")).Trim();
            yield return Path.GetDirectoryName(Path.GetDirectoryName(package))!;
        }
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assembly_and_its_symbols_hold_no_path_of_the_building_machine(string assembly)
    {
        byte[] image = File.ReadAllBytes(assembly);
        using PEReader reader = new(new MemoryStream(image));
        DebugDirectoryEntry embedded = Assert.Single(reader.ReadDebugDirectory(), static entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider provider = reader.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        MetadataReader symbols = provider.GetMetadataReader();

        // A document's name is stored in parts: it has to be put together.
        string documents = string.Join('\n', symbols.Documents.Select(document => symbols.GetString(symbols.GetDocument(document).Name)));
        string information = string.Join('\n', symbols.CustomDebugInformation
            .Select(entry => Encoding.UTF8.GetString(symbols.GetBlobBytes(symbols.GetCustomDebugInformation(entry).Value))));

        Assert.Contains("/_/src/", documents, StringComparison.Ordinal);
        foreach (string path in Paths.Where(static path => path.Length > 1))
        {
            Assert.DoesNotContain(path, documents, StringComparison.Ordinal);
            Assert.DoesNotContain(path, information, StringComparison.Ordinal);   // source link, compiler options
            Assert.True(image.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) < 0, $"{assembly} holds {path} in UTF-8");
            Assert.True(image.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) < 0, $"{assembly} holds {path} in UTF-16");
        }
    }
}
