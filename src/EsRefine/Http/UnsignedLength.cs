using System.Text;

namespace EsRefine.Http;

/// <summary>
/// Latin-1 that decodes a plus sign as a letter. Kestrel reads <c>Content-Length: +5</c> as 5 and drops the sign. It decodes the header with this encoding
/// first, so it sees an invalid number and refuses the request.
/// </summary>
internal sealed class UnsignedLength : Encoding
{
    public static readonly UnsignedLength Instance = new();

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);
        chars.AsSpan(charIndex, byteCount).Replace('+', 'x');
        return byteCount;
    }

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
