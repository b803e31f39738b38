using Microsoft.AspNetCore.Connections;

namespace EsRefine.Http;

/// <summary>
/// Lets a client that has half-closed its connection (<c>nc -N</c>, some health checkers) read its reply. The engines answer such a client if they can do so
/// at once. Kestrel alone would cancel the request as soon as it reads the end of the stream.
/// </summary>
/// <remarks>A client that has disconnected looks the same until something is written to it, so its request is canceled later by this delay.</remarks>
internal static class HalfClosed
{
    /// <summary>Connection middleware that delays the end of a half-closed connection by <see cref="Timeouts.HalfClosedTimeout"/>.</summary>
    public static ConnectionDelegate Tolerate(ConnectionDelegate next) => async connection =>
    {
        using CancellationTokenSource closed = new();
        await using CancellationTokenRegistration end =
            connection.ConnectionClosed.UnsafeRegister(static closed => ((CancellationTokenSource)closed!).CancelAfter(Timeouts.HalfClosedTimeout), closed);
        connection.ConnectionClosed = closed.Token;
        await next(connection);
    };
}
