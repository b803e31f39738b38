using System.Text;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Http;

/// <summary>
/// Lets a header that came in several lines go out in several lines. <see cref="HttpClient"/> would make one list of them, which is another request where a
/// header takes one value: the engines answer two <c>Authorization</c> lines with 400, and take the list for a credential.
/// </summary>
/// <param name="name">The header's name.</param>
/// <remarks>
/// Its values are handed over as one, joined by a character that no header received as Latin-1 can hold; this encoding writes a new line for it.
/// </remarks>
internal sealed class RepeatedHeader(string name) : Encoding
{
    private const char NextLine = '\uE000';

    private static readonly HttpRequestOptionsKey<HashSet<string>> Key = new("EsRefine.RepeatedHeaders");

    private readonly byte[] _nextLine = Latin1.GetBytes($"\r\n{name}: ");

    /// <summary>Adds a header as it came, in one line or in several, to the request or to its content.</summary>
    public static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count == 0)
        {
            return;
        }

        if (values.Count > 1)
        {
            if (!request.Options.TryGetValue(Key, out HashSet<string>? repeated))
            {
                request.Options.Set(Key, repeated = new(StringComparer.OrdinalIgnoreCase));
            }

            repeated.Add(name);
        }

        string value = string.Join(NextLine, values.AsEnumerable());
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>How a header's value is written.</summary>
    public static Encoding Of(string name, HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out HashSet<string>? repeated) && repeated.Contains(name) ? new RepeatedHeader(name) : Latin1;

    public override int GetByteCount(char[] chars, int index, int count) => GetByteCount(chars.AsSpan(index, count));

    public override int GetByteCount(ReadOnlySpan<char> chars) => chars.Length + (chars.Count(NextLine) * (_nextLine.Length - 1));

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        GetBytes(chars.AsSpan(charIndex, charCount), bytes.AsSpan(byteIndex));

    public override int GetBytes(ReadOnlySpan<char> chars, Span<byte> bytes)
    {
        int length = 0;
        for (int next = chars.IndexOf(NextLine); next >= 0; next = chars.IndexOf(NextLine))
        {
            length += Latin1.GetBytes(chars[..next], bytes[length..]);
            _nextLine.CopyTo(bytes[length..]);
            length += _nextLine.Length;
            chars = chars[(next + 1)..];
        }

        return length + Latin1.GetBytes(chars, bytes[length..]);
    }

    public override int GetCharCount(byte[] bytes, int index, int count) => Latin1.GetCharCount(bytes, index, count);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

    public override int GetMaxByteCount(int charCount) => charCount * _nextLine.Length;

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
