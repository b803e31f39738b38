namespace EsRefine;

/// <summary>The deadline of a search and the departure of its client, as one token.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    private Deadline(TimeSpan left, TimeProvider timeProvider, CancellationToken gone)
    {
        _timer = new CancellationTokenSource(left, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, gone);
        Gone = gone;
    }

    /// <summary>Canceled when the time is up or the client has left.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Canceled when the client has left.</summary>
    public CancellationToken Gone { get; }

    /// <summary>The time is up, and the client still waits for its reply.</summary>
    public bool HasPassed => _timer.IsCancellationRequested && !Gone.IsCancellationRequested;

    /// <summary>Starts the clock.</summary>
    /// <param name="allowed">Time allowed for the search.</param>
    /// <param name="started">When the search came in (<see cref="TimeProvider.GetTimestamp"/>): the time since then is subtracted.</param>
    /// <param name="gone">Canceled when the client leaves.</param>
    public static Deadline Start(TimeSpan allowed, TimeProvider timeProvider, long started, CancellationToken gone)
    {
        TimeSpan left = allowed - timeProvider.GetElapsedTime(started);
        return new Deadline(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, gone);
    }

    /// <summary>The reason where the time is up before a stage has finished.</summary>
    /// <param name="what">What the deadline passed before.</param>
    public static NotRefined PassedBefore(string what = "the sample was in")
    {
        TimeoutException late = new("the deadline passed before " + what);
        return new(RefinementOutcome.DeadlinePassed, late.Message, late);
    }

    /// <summary>
    /// Waits for a stage that asks the cluster, at most until the deadline. Then its calls are canceled by <see cref="Token"/>, and its product is ignored
    /// even if it arrives.
    /// </summary>
    /// <param name="work">The stage, which has <see cref="Token"/>.</param>
    /// <param name="before">As in <see cref="PassedBefore"/>.</param>
    /// <returns>What the stage returns, or else that the deadline passed or the cluster could not be reached.</returns>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async Task<Outcome<T>> WaitAsync<T>(Task<Outcome<T>> work, string before = "the sample was in")
        where T : class
    {
        try
        {
            return await work.WaitAsync(Token);
        }
        catch (OperationCanceledException) when (HasPassed)
        {
            return PassedBefore(before);
        }
        catch (HttpRequestException exception)
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, exception.Message, exception);
        }
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
