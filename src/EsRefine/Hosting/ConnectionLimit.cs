using EsRefine.Http;
using Microsoft.AspNetCore.Connections;

namespace EsRefine.Hosting;

/// <summary>The most connections that a listener has open at a time. One more is closed at once.</summary>
internal sealed class ConnectionLimit(int limit, string listener, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Memory that a connection takes before anything of it is counted: buffers, and a head that is not.</summary>
    private const int BytesPerConnection = 2 * CountedHeads.FreeBytes;

    private const int MostByDefault = 16_384;

    private int _open;
    private long _lastWarning;

    /// <summary>The operator's number, or as many as take an eighth of the memory.</summary>
    public static int Of(int? configured) =>
        configured ?? (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / BytesPerConnection, 64, MostByDefault);

    /// <summary>A part of the way of each connection.</summary>
    public ConnectionDelegate Hold(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) > limit)
            {
                Warn();
                connection.Abort(new ConnectionAbortedException("the listener has as many connections as listen.maxConnections allows"));
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    private void Warn()
    {
        long now = timeProvider.GetTimestamp();
        long last = Volatile.Read(ref _lastWarning);
        if ((last == 0 || timeProvider.GetElapsedTime(last, now) >= Timeouts.ConnectionWarningInterval)
            && Interlocked.CompareExchange(ref _lastWarning, now, last) == last)
        {
            logger.TooManyConnections(listener, limit);
        }
    }
}
