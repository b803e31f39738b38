using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace EsRefine.TestSupport;

/// <summary>
/// A cluster on a plain TCP socket: records the exact bytes of every request and answers with exact bytes. Use it to compare requests with and without a proxy
/// in between, and <see cref="FakeUpstream"/> to answer searches.
/// </summary>
public sealed class RecordingUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<HttpBytes> _requests = Channel.CreateUnbounded<HttpBytes>();
    private readonly Func<HttpBytes, UpstreamConnection, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    private RecordingUpstream(Func<HttpBytes, UpstreamConnection, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers every request with the same bytes, Latin-1, and keeps the connection open.</summary>
    public static RecordingUpstream Start(string reply) => Start((_, connection) => connection.SendAsync(reply));

    /// <summary>Answers with the delegate, once per request, after the whole request has been read.</summary>
    public static RecordingUpstream Start(Func<HttpBytes, UpstreamConnection, Task> answer) => new(answer);

    /// <summary>The next request in order of arrival.</summary>
    public ValueTask<HttpBytes> NextRequestAsync(CancellationToken cancellationToken) => _requests.Reader.ReadAsync(cancellationToken);

    /// <summary>The next request if one has arrived; otherwise false.</summary>
    public bool TryNextRequest(out HttpBytes? request) => _requests.Reader.TryRead(out request);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // InvalidOperationException means that the listener was stopped between two connections.
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            UpstreamConnection connection = new(client, _stop.Token);
            try
            {
                while (await HttpBytes.ReadAsync(connection.Stream, headRead: ContinueAsync, cancellationToken: _stop.Token) is { } request)
                {
                    _requests.Writer.TryWrite(request);
                    await _answer(request, connection);
                    if (connection.IsClosed)
                    {
                        return;
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
            {
                // The client disconnected, the answer closed the connection, or the test is over.
            }

            Task ContinueAsync(HttpBytes head) => head.Header("Expect") is null ? Task.CompletedTask : connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        }
    }
}

/// <summary>The connection a request came on.</summary>
public sealed class UpstreamConnection(TcpClient client, CancellationToken stop)
{
    internal bool IsClosed { get; private set; }

    internal Stream Stream { get; } = new BufferedStream(client.GetStream(), 64 * 1024);

    /// <summary>Sends text as Latin-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await client.GetStream().WriteAsync(bytes, stop);

    /// <summary>Closes the connection gracefully, as after <c>Connection: close</c>.</summary>
    public void Close()
    {
        IsClosed = true;
        client.Close();
    }

    /// <summary>Breaks the connection with a reset.</summary>
    public void Abort()
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        Close();
    }

    /// <summary>Completes when the other side has closed or reset the connection.</summary>
    public async Task WaitForCloseAsync()
    {
        try
        {
            while (await Stream.ReadAsync(new byte[1], stop) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset also ends the connection.
        }
    }
}
