using System.IO.Compression;
using System.Text;

namespace EsRefine.Evaluation.Files;

/// <summary>One line of a text file.</summary>
/// <param name="Number">Line number, starting at 1.</param>
internal readonly record struct NumberedLine(int Number, string Text);

/// <summary>Reads a text file line by line and decompresses it if its name ends in <c>.gz</c>. Blank lines are counted but not returned.</summary>
internal static class NumberedLines
{
    private const string Packed = ".gz";

    // Invalid UTF-8 is an error: ids with replacement characters would silently match nothing.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Streams the lines.</summary>
    /// <exception cref="EvaluationFileException">The file cannot be read, is not UTF-8, or ends in <c>.gz</c> and is not gzip.</exception>
    internal static IEnumerable<NumberedLine> Read(string path)
    {
        using StreamReader reader = Open(path);
        int number = 0;
        while (NextLine(reader, path, number) is { } text)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return new(number, text);
            }
        }
    }

    /// <summary>Finds the file of that name, or else its <c>.gz</c> file. Null if neither exists.</summary>
    internal static string? Find(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : File.Exists(path + Packed) ? path + Packed : null;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
            return new(path.EndsWith(Packed, StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file, Utf8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EvaluationFileException(path, $"cannot be read: {exception.Message}", exception);
        }
    }

    private static string? NextLine(StreamReader reader, string path, int linesBefore)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException exception)
        {
            // The reader decodes ahead of the line it returns, so the invalid bytes may be a few lines further down.
            throw new EvaluationFileException(path, $"holds bytes after line {linesBefore} that are not UTF-8; convert it, for example with iconv", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new EvaluationFileException(
                path, $"is truncated or damaged after line {linesBefore}, or is not gzip although its name ends in {Packed}; fetch it again", exception);
        }
        catch (IOException exception)
        {
            throw new EvaluationFileException(path, $"cannot be read after line {linesBefore}: {exception.Message}", exception);
        }
    }
}
