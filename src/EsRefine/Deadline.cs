namespace EsRefine;

/// <summary>The end of a search's time for refinement, and the client's leaving, as one token.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    private Deadline(TimeSpan left, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _timer = new CancellationTokenSource(left, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    /// <summary>Cancelled when the time is up or the client has left.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>The time is up.</summary>
    public bool HasPassed => _timer.IsCancellationRequested;

    /// <summary>Starts the clock.</summary>
    /// <param name="allowed">Time allowed for the search.</param>
    /// <param name="started">When the search came in (<see cref="TimeProvider.GetTimestamp"/>): what was spent since is taken off.</param>
    public static Deadline Start(TimeSpan allowed, TimeProvider timeProvider, long started, CancellationToken cancellationToken)
    {
        TimeSpan left = allowed - timeProvider.GetElapsedTime(started);
        return new Deadline(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, cancellationToken);
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}

/// <summary>Times stages that follow one another.</summary>
internal sealed class StageClock(TimeProvider timeProvider)
{
    private long _last = timeProvider.GetTimestamp();

    /// <summary>Time since the last lap.</summary>
    public TimeSpan Lap()
    {
        long now = timeProvider.GetTimestamp();
        TimeSpan lap = timeProvider.GetElapsedTime(_last, now);
        _last = now;
        return lap;
    }
}
