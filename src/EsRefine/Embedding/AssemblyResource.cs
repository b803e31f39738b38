using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EsRefine.Embedding;

/// <summary>A file embedded in a .NET assembly, read as data. The assembly is not loaded, so its code does not run and needs no dependencies.</summary>
internal static class AssemblyResource
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Copies an embedded resource.</summary>
    /// <exception cref="BadImageFormatException">The file is not an assembly, or its resource table is invalid.</exception>
    /// <exception cref="FileNotFoundException">The assembly holds no such resource.</exception>
    public static void Copy(string assemblyPath, string resourceName, Stream destination)
    {
        using FileStream stream = File.OpenRead(assemblyPath);
        using PEReader assembly = new(stream);
        MetadataReader metadata = assembly.GetMetadataReader();
        foreach (ManifestResourceHandle handle in metadata.ManifestResources)
        {
            ManifestResource resource = metadata.GetManifestResource(handle);
            if (resource.Implementation.IsNil && metadata.StringComparer.Equals(resource.Name, resourceName))
            {
                // Each resource: its length in 4 bytes, then its bytes (ECMA-335 II.24.2.2).
                int table = assembly.PEHeaders.CorHeader?.ResourcesDirectory.RelativeVirtualAddress ?? throw new BadImageFormatException();
                BlobReader reader = assembly.GetSectionData(table).GetReader();
                reader.Offset = checked((int)resource.Offset);
                int left = reader.ReadInt32();
                byte[] buffer = new byte[Math.Min(left, ChunkBytes)];
                while (left > 0)
                {
                    int count = Math.Min(left, buffer.Length);
                    reader.ReadBytes(count, buffer, 0);
                    destination.Write(buffer, 0, count);
                    left -= count;
                }

                return;
            }
        }

        throw new FileNotFoundException($"the assembly holds no resource {resourceName}", assemblyPath);
    }
}
