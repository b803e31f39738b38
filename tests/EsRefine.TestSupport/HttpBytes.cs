using System.Globalization;
using System.Text;

namespace EsRefine.TestSupport;

/// <summary>The bytes of an HTTP/1.1 message, with parsed views of them. Text is Latin-1, so every byte is one character.</summary>
/// <param name="Head">Start line and headers, up to and including the empty line.</param>
/// <param name="Body">The body with its framing: chunk sizes and trailers included.</param>
public sealed record HttpBytes(byte[] Head, byte[] Body)
{
    /// <summary>Request line or status line.</summary>
    public string StartLine => Lines[0];

    /// <summary>Header lines in their order and spelling; values are trimmed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers =>
        [
            .. Lines.Skip(1)
                .TakeWhile(line => line.Length > 0)
                .Select(line => KeyValuePair.Create(line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim(' '))),
        ];

    public bool IsChunked => Header("Transfer-Encoding")?.Equals("chunked", StringComparison.OrdinalIgnoreCase) ?? false;

    /// <summary>The body without its framing.</summary>
    public byte[] Content => IsChunked && Body.Length > 0 ? Unchunk().Content : Body;   // a reply to HEAD has no body

    /// <summary>Lines after the last chunk.</summary>
    public string Trailers => IsChunked ? Unchunk().Trailers : "";

    public string Text => Encoding.Latin1.GetString(Content);

    private string[] Lines => Encoding.Latin1.GetString(Head).Split("\r\n");

    /// <summary>The values of a header joined by commas. Null if there are none.</summary>
    public string? Header(string name)
    {
        string[] values = [.. Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>Reads one message. Null if the connection ends before its first byte.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="hasBody">False for a reply to HEAD, which has no body whatever its headers declare.</param>
    /// <param name="headRead">Called between head and body, to send a <c>100 Continue</c>.</param>
    /// <exception cref="EndOfStreamException">The connection ended within the message.</exception>
    public static async Task<HttpBytes?> ReadAsync(
        Stream stream, bool hasBody = true, Func<HttpBytes, Task>? headRead = null, CancellationToken cancellationToken = default)
    {
        List<byte> head = await ReadUntilAsync(stream, "\r\n\r\n"u8.ToArray(), mayBeEmpty: true, cancellationToken);
        if (head.Count == 0)
        {
            return null;
        }

        HttpBytes message = new([.. head], []);
        if (headRead is not null)
        {
            await headRead(message);
        }

        if (!hasBody)
        {
            return message;
        }

        if (message.IsChunked)
        {
            return message with { Body = await ReadChunksAsync(stream, cancellationToken) };
        }

        if (message.Header("Content-Length") is { } length && !message.StartLine.Contains(" 304 ", StringComparison.Ordinal))
        {
            byte[] body = new byte[long.Parse(length, CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, cancellationToken);
            return message with { Body = body };
        }

        return message;
    }

    private static async Task<byte[]> ReadChunksAsync(Stream stream, CancellationToken cancellationToken)
    {
        List<byte> body = [];
        while (true)
        {
            List<byte> sizeLine = await ReadUntilAsync(stream, "\r\n"u8.ToArray(), mayBeEmpty: false, cancellationToken);
            body.AddRange(sizeLine);
            int size = ParseSize(Encoding.Latin1.GetString([.. sizeLine]));
            if (size == 0)
            {
                while (true)
                {
                    List<byte> trailer = await ReadUntilAsync(stream, "\r\n"u8.ToArray(), mayBeEmpty: false, cancellationToken);
                    body.AddRange(trailer);
                    if (trailer.Count == 2)
                    {
                        return [.. body];
                    }
                }
            }

            byte[] chunk = new byte[size + 2];
            await stream.ReadExactlyAsync(chunk, cancellationToken);
            body.AddRange(chunk);
        }
    }

    private static async Task<List<byte>> ReadUntilAsync(Stream stream, byte[] end, bool mayBeEmpty, CancellationToken cancellationToken)
    {
        List<byte> bytes = [];
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1)
        {
            bytes.Add(one[0]);
            if (one[0] == end[^1] && bytes.Count >= end.Length && bytes.TakeLast(end.Length).SequenceEqual(end))
            {
                return bytes;
            }
        }

        return bytes.Count == 0 && mayBeEmpty
            ? bytes
            : throw new EndOfStreamException("the connection ended within a message: " + Encoding.Latin1.GetString([.. bytes]));
    }

    private static int ParseSize(string line) => int.Parse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private (byte[] Content, string Trailers) Unchunk()
    {
        List<byte> content = [];
        int position = 0;
        while (true)
        {
            int lineEnd = position + Body.AsSpan(position).IndexOf("\r\n"u8);
            int size = ParseSize(Encoding.Latin1.GetString(Body, position, lineEnd - position));
            if (size == 0)
            {
                return ([.. content], Encoding.Latin1.GetString(Body[(lineEnd + 2)..^2]));
            }

            content.AddRange(Body.AsSpan(lineEnd + 2, size));
            position = lineEnd + 2 + size + 2;
        }
    }
}
