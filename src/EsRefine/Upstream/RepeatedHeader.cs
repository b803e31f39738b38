using System.Text;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Upstream;

/// <summary>
/// Lets a header that came in several lines go out in several lines. <see cref="HttpClient"/> would make one list of them, which is another request where a
/// header takes one value: the engines answer two <c>Authorization</c> lines with 400, and take the list for a credential.
/// </summary>
/// <remarks>
/// Its values are handed over as one, with two characters for the end of a line that no header received as Latin-1 can hold, and that this encoding, otherwise
/// Latin-1 itself, writes as one.
/// </remarks>
internal sealed class RepeatedHeader : Encoding
{
    /// <summary>How all header values are written.</summary>
    public static readonly RepeatedHeader Latin1Lines = new();

    private const char Return = '\uE00D';
    private const char LineFeed = '\uE00A';

    /// <summary>Adds a header as it came, in one line or in several, to the request or to its content.</summary>
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
