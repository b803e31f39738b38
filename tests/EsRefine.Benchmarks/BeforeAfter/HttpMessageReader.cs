using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>Reads HTTP/1.1 messages with a <c>Content-Length</c> or without a body from a connection, one after the other.</summary>
internal sealed class HttpMessageReader(Socket connection)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _filled;
    private int _messageLength;
    private int _headLength;

    /// <summary>Start line and headers of the current message.</summary>
    public ReadOnlySpan<byte> Head => _buffer.AsSpan(0, _headLength);

    /// <summary>The body of the current message.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_headLength, _messageLength - _headLength);

    /// <summary>Reads the next message; false where the peer has closed the connection.</summary>
    /// <exception cref="InvalidDataException">A chunked body, which is not supported here.</exception>
    public async ValueTask<bool> ReadAsync()
    {
        _buffer.AsSpan(_messageLength, _filled - _messageLength).CopyTo(_buffer);
        _filled -= _messageLength;
        _messageLength = 0;
        while (!TryFrame())
        {
            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int read = await connection.ReceiveAsync(_buffer.AsMemory(_filled));
            if (read == 0)
            {
                return false;
            }

            _filled += read;
        }

        return true;
    }

    private bool TryFrame()
    {
        int end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        _headLength = end + 4;
        _messageLength = _headLength + LengthOfBody(Head);
        if (_messageLength <= _filled)
        {
            return true;
        }

        _messageLength = 0;
        return false;
    }

    private static int LengthOfBody(ReadOnlySpan<byte> head)
    {
        const string Name = "\r\nContent-Length: ";
        int start = IndexOfIgnoringCase(head, Name);
        if (start >= 0)
        {
            return Utf8Parser.TryParse(head[(start + Name.Length)..], out int length, out _)
                ? length
                : throw new InvalidDataException("the Content-Length of a message is no number");
        }

        return IndexOfIgnoringCase(head, "\r\nTransfer-Encoding:") < 0
            ? 0
            : throw new InvalidDataException("a message is chunked, which is not supported here");
    }

    private static int IndexOfIgnoringCase(ReadOnlySpan<byte> head, string name)
    {
        for (int i = head.IndexOf((byte)'\r'); i >= 0 && i + name.Length <= head.Length;)
        {
            if (Ascii.EqualsIgnoreCase(head.Slice(i, name.Length), name))
            {
                return i;
            }

            int next = head[(i + 1)..].IndexOf((byte)'\r');
            i = next < 0 ? -1 : i + 1 + next;
        }

        return -1;
    }
}
