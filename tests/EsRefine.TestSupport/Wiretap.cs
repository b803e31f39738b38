using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace EsRefine.TestSupport;

/// <summary>
/// A recording proxy that forwards every byte between a client and a server. One in front of a sidecar and one behind it show what the sidecar changes in each
/// request and reply.
/// </summary>
public sealed class Wiretap : IAsyncDisposable
{
    /// <summary>
    /// The header with which a <see cref="Numbering"/> tap numbers requests. The sidecar treats it as one that does not identify the caller.
    /// </summary>
    public const string NumberHeader = "X-Correlation-Id";

    private readonly Uri _server;
    private readonly bool _numbers;
    private readonly RecordingUpstream _clients;
    private readonly ConcurrentQueue<TappedExchange> _exchanges = new();
    private readonly ConditionalWeakTable<UpstreamConnection, Lazy<Task<Stream>>> _connections = [];
    private int _number;

    private Wiretap(Uri server, bool numbers)
    {
        _server = server;
        _numbers = numbers;
        _clients = RecordingUpstream.Start(RelayAsync);
    }

    /// <summary>The URL for clients.</summary>
    public Uri Url => _clients.Url;

    /// <summary>A tap that changes nothing.</summary>
    public static Wiretap On(Uri server) => new(server, numbers: false);

    /// <summary>A tap that adds <see cref="NumberHeader"/> to every request, so that its exchanges can be matched with those of another tap.</summary>
    public static Wiretap Numbering(Uri server) => new(server, numbers: true);

    /// <summary>Exchanges since the last call, in the order of the replies.</summary>
    public TappedExchange[] Take()
    {
        List<TappedExchange> taken = [];
        while (_exchanges.TryDequeue(out TappedExchange? exchange))
        {
            taken.Add(exchange);
        }

        return [.. taken];
    }

    public ValueTask DisposeAsync() => _clients.DisposeAsync();

    private async Task RelayAsync(HttpBytes request, UpstreamConnection connection)
    {
        if (_numbers)
        {
            string number = Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture);
            request = request with { Head = [.. request.Head[..^2], .. Encoding.ASCII.GetBytes($"{NumberHeader}: {number}\r\n\r\n")] };
        }

        Stream server = await _connections.GetValue(connection, _ => new(ConnectAsync)).Value;
        await server.WriteAsync((byte[])[.. request.Head, .. request.Body]);
        await server.FlushAsync();
        bool hasBody = !request.StartLine.StartsWith("HEAD ", StringComparison.Ordinal);
        HttpBytes reply = await HttpBytes.ReadAsync(server, hasBody) ?? throw new IOException("the server closed the connection");
        _exchanges.Enqueue(new(request, reply));
        await connection.SendAsync([.. reply.Head, .. reply.Body]);
    }

    private async Task<Stream> ConnectAsync()
    {
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync(_server.Host, _server.Port);
        return new BufferedStream(client.GetStream(), 64 * 1024);
    }
}

/// <summary>A request and its reply.</summary>
public sealed record TappedExchange(HttpBytes Request, HttpBytes Reply)
{
    /// <summary>The number that a numbering tap gave the request.</summary>
    public string? Number => Request.Header(Wiretap.NumberHeader);

    public override string ToString() => $"{Request.StartLine} {Request.Text} -> {Reply.StartLine}";
}
