using System.Net.Sockets;

namespace EsRefine.Upstream;

/// <summary>TCP connections to nodes of the cluster.</summary>
internal static class UpstreamSocket
{
    private const int TcpUserTimeout = 18;   // linux/tcp.h

    /// <summary>Unacknowledged probes after which a connection fails. On Linux <see cref="Timeouts.AcknowledgmentTimeout"/> decides instead.</summary>
    private const int KeepAliveProbes = 3;

    /// <summary>Connects, within <see cref="Timeouts.ConnectTimeout"/> if <paramref name="hasAlternative"/>.</summary>
    /// <exception cref="SocketException">The node refuses, is unreachable, or did not accept in time.</exception>
    public static async ValueTask<Stream> ConnectAsync(System.Net.DnsEndPoint node, bool hasAlternative, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            FindLostPeers(socket);
            using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (hasAlternative)
            {
                timeout.CancelAfter(Timeouts.ConnectTimeout);
            }

            await socket.ConnectAsync(node, timeout.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut, $"no connection within {Timeouts.ConnectTimeout.TotalSeconds:0} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets the kernel find out that a peer is gone, also while a request waits for its reply. With data in flight, Linux notices after
    /// <see cref="Timeouts.AcknowledgmentTimeout"/>; without, the probes find out.
    /// </summary>
    private static void FindLostPeers(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)Timeouts.FirstKeepAliveInterval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)Timeouts.KeepAliveInterval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes((int)Timeouts.AcknowledgmentTimeout.TotalMilliseconds));
        }
    }
}
