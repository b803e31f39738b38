using System.Security.Cryptography;

namespace EsRefine.Embedding;

/// <summary>Properties of an ONNX file that are read from its bytes, without running it.</summary>
internal static class OnnxFile
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Whether the graph quantizes activations at run time, that is, holds a DynamicQuantizeLinear node. The file's name is no evidence.</summary>
    public static bool IsDynamicallyQuantized(string path)
    {
        ReadOnlySpan<byte> node = "DynamicQuantizeLinear"u8;
        byte[] buffer = new byte[ChunkBytes];
        using FileStream stream = File.OpenRead(path);
        int kept = 0;
        while (stream.Read(buffer, kept, buffer.Length - kept) is > 0 and int read)
        {
            int filled = kept + read;
            if (buffer.AsSpan(0, filled).IndexOf(node) >= 0)
            {
                return true;
            }

            kept = Math.Min(filled, node.Length - 1);   // the node's name may span two chunks
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
        }

        return false;
    }

    /// <summary>Adds the file's bytes, and those of the weights beside it (<c>model.onnx_data</c>), to a hash.</summary>
    public static void AppendTo(IncrementalHash hash, string path)
    {
        byte[] buffer = new byte[ChunkBytes];
        string[] files = [path, path + "_data"];
        foreach (string file in files.Where(File.Exists))
        {
            using FileStream stream = File.OpenRead(file);
            while (stream.Read(buffer) is > 0 and int read)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
    }
}
