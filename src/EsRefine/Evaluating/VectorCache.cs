using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EsRefine.Embedding;

namespace EsRefine.Evaluating;

/// <summary>Caches the vectors of a corpus on disk, so that the next evaluation does not embed it again. An interrupted run is continued.</summary>
/// <remarks>
/// The file holds little-endian floats, row-major. Its name is a hash of model and texts, which determine the vectors. It has the extension
/// <c>.partial</c> until it is complete.
/// </remarks>
internal sealed class VectorCache(string folder, TimeProvider timeProvider)
{
    /// <summary>Texts embedded between two writes. An interruption loses at most this many vectors.</summary>
    private const int TextsPerWrite = 1024;

    /// <summary><c>${XDG_CACHE_HOME:-~/.cache}/esrefine/eval</c>.</summary>
    public static string DefaultFolder()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string caches = Path.IsPathRooted(cache) ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "esrefine", "eval");
    }

    /// <summary>The vectors of documents, from the file or from the model. They are not cached if the folder is not writable.</summary>
    /// <param name="model">Embeds what is missing.</param>
    /// <param name="modelFingerprint"><see cref="OnnxEmbeddingGenerator.ComputeFingerprint"/>.</param>
    /// <param name="texts">In the order of the rows.</param>
    /// <param name="progress">Receives the number of finished texts.</param>
    public async Task<VectorTable> ReadOrEmbedAsync(
        OnnxEmbeddingGenerator model, string modelFingerprint, IReadOnlyList<string> texts, IProgress<int> progress, CancellationToken cancellationToken)
    {
        float[] values = new float[texts.Count * model.Dimensions];
        string path = Path.Combine(folder, KeyOf(modelFingerprint, texts) + ".f32");
        while (!TryRead(path, values))
        {
            using FileStream? partial = TryOpen(path + ".partial", out bool isHeld);
            if (isHeld)
            {
                // Another process is embedding the same texts; wait for its file.
                await Task.Delay(Timeouts.EmbeddingLockInterval, timeProvider, cancellationToken);
            }
            else if (partial is null)
            {
                await EmbedAsync(model, texts, values, file: null, progress, cancellationToken);
                break;
            }
            else if (!File.Exists(path))
            {
                await EmbedAsync(model, texts, values, partial, progress, cancellationToken);
                File.Move(partial.Name, path, overwrite: true);
            }
        }

        progress.Report(texts.Count);
        return new(values, model.Dimensions);
    }

    /// <summary>The partial file; null if another process has it open or if it is not writable.</summary>
    private FileStream? TryOpen(string path, out bool isHeld)
    {
        isHeld = false;
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            isHeld = true;
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task EmbedAsync(
        OnnxEmbeddingGenerator model, IReadOnlyList<string> texts, float[] values, FileStream? file, IProgress<int> progress,
        CancellationToken cancellationToken)
    {
        int rowBytes = model.Dimensions * sizeof(float);
        int done = (int)Math.Min((file?.Length ?? 0) / rowBytes, texts.Count);
        file?.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(0, done * model.Dimensions)));
        file?.SetLength((long)done * rowBytes);
        while (done < texts.Count)
        {
            string[] next = [.. texts.Skip(done).Take(TextsPerWrite)];
            int before = done;
            float[][] rows = await model.EmbedAsync(next, EmbeddingPurpose.Document, new Offset(progress, before), cancellationToken);
            foreach (float[] row in rows)
            {
                row.CopyTo(values.AsSpan(done++ * model.Dimensions));
            }

            file?.Write(MemoryMarshal.AsBytes(values.AsSpan(before * model.Dimensions, rows.Length * model.Dimensions)));
            file?.Flush(flushToDisk: true);
        }
    }

    private static bool TryRead(string path, float[] values)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream file = File.OpenRead(path);
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (file.Length != bytes.Length)
        {
            return false;
        }

        file.ReadExactly(bytes);
        return true;
    }

    /// <summary>Hash over the model and every text with its length: no two corpora share one.</summary>
    public static string KeyOf(string modelFingerprint, IReadOnlyList<string> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts.Prepend(modelFingerprint))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Offset(IProgress<int> progress, int before) : IProgress<int>
    {
        public void Report(int value) => progress.Report(before + value);
    }
}
