using Microsoft.AspNetCore.Connections;

namespace EsRefine.Http;

/// <summary>
/// Lets a client that has closed its own direction of the connection (<c>nc -N</c>, some health checkers) read its reply. The engines answer it what they
/// can answer at once, and close otherwise; Kestrel gives the request up as soon as it sees the end.
/// </summary>
/// <remarks>A client that has left altogether looks the same until something is written to it: its request is cancelled that much later.</remarks>
internal static class HalfClosed
{
    /// <summary>A part of the way of each connection.</summary>
    public static ConnectionDelegate Tolerate(ConnectionDelegate next) => async connection =>
    {
        using CancellationTokenSource closed = new();
        await using CancellationTokenRegistration end =
            connection.ConnectionClosed.UnsafeRegister(static closed => ((CancellationTokenSource)closed!).CancelAfter(Timeouts.HalfClosedTimeout), closed);
        connection.ConnectionClosed = closed.Token;
        await next(connection);
    };
}
