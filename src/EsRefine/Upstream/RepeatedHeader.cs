using System.Text;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Upstream;

/// <summary>
/// Sends a header that was received in several lines in several lines. <see cref="HttpClient"/> would join them into one list, which changes the meaning of a
/// header with a single value: the engines answer 400 to two <c>Authorization</c> lines, but read a list as one credential.
/// </summary>
/// <remarks>
/// The lines are joined into one value with two private-use characters as the line break, which cannot occur in a header received as Latin-1. This encoding
/// writes them as CR LF and everything else as Latin-1.
/// </remarks>
internal sealed class RepeatedHeader : Encoding
{
    /// <summary>The encoding for all request header values.</summary>
    public static readonly RepeatedHeader Latin1Lines = new();

    private const char Return = '\uE00D';
    private const char LineFeed = '\uE00A';

    /// <summary>Adds a header with as many lines as it has values, to the request or to its content.</summary>
    public static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count == 0)
        {
            return;
        }

        string? value = values.Count == 1 ? values[0] : string.Join($"{Return}{LineFeed}{name}: ", values.ToArray());
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public override int GetByteCount(char[] chars, int index, int count) => count;

    public override int GetByteCount(ReadOnlySpan<char> chars) => chars.Length;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        GetBytes(chars.AsSpan(charIndex, charCount), bytes.AsSpan(byteIndex));

    public override int GetBytes(ReadOnlySpan<char> chars, Span<byte> bytes)
    {
        int length = Latin1.GetBytes(chars, bytes);
        int start = 0;
        while (chars[start..].IndexOf(Return) is >= 0 and int end)
        {
            "\r\n"u8.CopyTo(bytes[(start + end)..]);
            start += end + "\r\n".Length;
        }

        return length;
    }

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
