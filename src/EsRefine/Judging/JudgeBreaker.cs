namespace EsRefine.Judging;

/// <summary>
/// A circuit breaker in front of a judge. After <see cref="Tolerated"/> failed searches in a row it opens: searches are forwarded unchanged, without sampling
/// or judging. Every <see cref="Timeouts.JudgeBreakerInterval"/> one search tries the judge again.
/// </summary>
/// <remarks>
/// A search counts as failed if the judge failed before any judgment arrived. A search whose deadline passed before any judgment is not counted: the caller
/// can set the deadline, and one caller must not open the breaker for all. Any judgment shows that the judge works.
/// </remarks>
internal sealed class JudgeBreaker(IRelevanceJudge innerJudge, TimeProvider timeProvider, ILogger<JudgeBreaker> logger) : IRelevanceJudge, IDisposable
{
    /// <summary>The number of consecutive failures that opens it, of sequential or of concurrent searches.</summary>
    public const int Tolerated = 5;

    private readonly Lock _lock = new();
    private string _lastCause = "";
    private int _failures;
    private long _lastAttempt;
    private bool _isTrying;

    public string Name => innerJudge.Name;

    public string? WhyNotNow
    {
        get
        {
            lock (_lock)
            {
                return MayAsk ? null : WhyOpen;
            }
        }
    }

    private string WhyOpen =>
        $"the judge's circuit breaker is open; a search tries the judge every {Timeouts.JudgeBreakerInterval.TotalSeconds:0} s; last failure: {_lastCause}";

    private bool MayAsk => _failures < Tolerated || (!_isTrying && timeProvider.GetElapsedTime(_lastAttempt) >= Timeouts.JudgeBreakerInterval);

    public async Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        bool isAttempt = Enter();
        try
        {
            await innerJudge.JudgeAsync(task, judgments, cancellationToken);
            Close();
        }
        catch (Exception failure)
        {
            if (!judgments.IsEmpty)
            {
                Close();   // the judge works, even if not every judgment arrived in time
            }
            else if (failure is JudgeException said)
            {
                CountFailure(said);
            }

            throw;
        }
        finally
        {
            if (isAttempt)
            {
                lock (_lock)
                {
                    _isTrying = false;
                }
            }
        }
    }

    public void Dispose() => (innerJudge as IDisposable)?.Dispose();

    /// <summary>Whether this search tries the judge while the breaker is open.</summary>
    private bool Enter()
    {
        lock (_lock)
        {
            if (!MayAsk)
            {
                throw new JudgeException(WhyOpen);
            }

            return _isTrying = _failures >= Tolerated;
        }
    }

    private void Close()
    {
        bool wasOpen;
        lock (_lock)
        {
            (wasOpen, _failures) = (_failures >= Tolerated, 0);
        }

        if (wasOpen)
        {
            logger.BreakerClosed(Name);
        }
    }

    private void CountFailure(JudgeException failure)
    {
        bool opens;
        lock (_lock)
        {
            (_lastAttempt, _lastCause) = (timeProvider.GetTimestamp(), failure.Message);
            opens = ++_failures == Tolerated;
        }

        if (opens)
        {
            logger.BreakerOpened(Name, Tolerated, failure.Message);
        }
    }
}
