using System.Net;
using System.Net.Sockets;

namespace EsRefine.Upstream;

/// <summary>The nodes of the cluster, in turn. A node that cannot be reached gets no requests until it accepts connections again.</summary>
/// <remarks>
/// An unreachable node is tried in the background, by a bare TCP connection, after 1 s, 2 s, 4 s and so on up to 30 s: no client's request waits for a trial.
/// Each change of state is logged once.
/// </remarks>
internal sealed class UpstreamNodes : IDisposable
{
    private readonly Node[] _nodes;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private int _turn = -1;

    /// <param name="urls">At least one, each <c>http(s)://host:port[/prefix]</c>.</param>
    /// <param name="timeProvider">The clock of the trials.</param>
    /// <param name="logger">Gets one line for each change of state.</param>
    public UpstreamNodes(IReadOnlyList<Uri> urls, TimeProvider timeProvider, ILogger logger)
    {
        _nodes = [.. urls.Select(static url => new Node(url))];
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>How many there are.</summary>
    public int Count => _nodes.Length;

    /// <summary>The node for the next request: the reachable ones in turn; where none is reachable, all of them in turn.</summary>
    public Uri Next()
    {
        uint turn = (uint)Interlocked.Increment(ref _turn);
        for (uint i = 0; i < _nodes.Length; i++)
        {
            Node node = _nodes[(turn + i) % (uint)_nodes.Length];
            if (!node.IsUnreachable)
            {
                return node.Url;
            }
        }

        return _nodes[turn % (uint)_nodes.Length].Url;
    }

    /// <summary>Notes that a node has answered.</summary>
    public void Reached(Uri url)
    {
        Node node = Find(url);
        if (node.IsUnreachable && node.TrySet(isUnreachable: false))
        {
            _logger.NodeReachable(url);
        }
    }

    /// <summary>Notes that a node cannot be reached, if that is what <paramref name="cause"/> says.</summary>
    public void Failed(Uri url, Exception? cause)
    {
        Node node = Find(url);
        if (MeansUnreachable(cause) && !node.IsUnreachable && node.TrySet(isUnreachable: true))
        {
            _logger.NodeUnreachable(url, Reason(cause!));
            _ = TryAgainAsync(node);
        }
    }

    /// <summary>Whether any node accepts connections now, each asked for at most a second.</summary>
    public async Task<bool> AnyAcceptsConnectionsAsync(CancellationToken cancellationToken)
    {
        bool[] accepts = await Task.WhenAll(_nodes.Select(node => AcceptsConnectionsAsync(node.Url, cancellationToken)));
        return accepts.Contains(true);
    }

    /// <summary>Whether a request failed before any of it was sent, so that another node may get it.</summary>
    public static bool NeverConnected(Exception? cause) =>
        cause is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private static bool MeansUnreachable(Exception? cause) => NeverConnected(cause) || Reasons(cause).OfType<SocketException>().Any(static socket =>
        socket.SocketErrorCode is SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown);

    private static IEnumerable<Exception> Reasons(Exception? cause)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static string Reason(Exception cause) => Reasons(cause).Last().Message;

    private Node Find(Uri url) =>
        Array.Find(_nodes, node => ReferenceEquals(node.Url, url)) ?? throw new ArgumentException($"{url} is none of the nodes", nameof(url));

    private static async Task<bool> AcceptsConnectionsAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream connection = await UpstreamSocket.ConnectAsync(new DnsEndPoint(url.IdnHost, url.Port), hasAlternative: true, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task TryAgainAsync(Node node)
    {
        CancellationToken disposed = _disposed.Token;
        try
        {
            TimeSpan pause = Timeouts.FirstNodeTrialInterval;
            while (node.IsUnreachable)
            {
                await Task.Delay(pause, _timeProvider, disposed);
                if (await AcceptsConnectionsAsync(node.Url, disposed))
                {
                    Reached(node.Url);
                }

                pause = pause < Timeouts.LongestNodeTrialInterval / 2 ? 2 * pause : Timeouts.LongestNodeTrialInterval;
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private sealed class Node(Uri url)
    {
        private int _isUnreachable;

        public Uri Url { get; } = url;

        public bool IsUnreachable => Volatile.Read(ref _isUnreachable) == 1;

        /// <summary>False: another thread was first.</summary>
        public bool TrySet(bool isUnreachable) => Interlocked.Exchange(ref _isUnreachable, isUnreachable ? 1 : 0) != (isUnreachable ? 1 : 0);
    }
}
