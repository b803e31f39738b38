namespace EsRefine.Judging;

/// <summary>
/// Stops asking a judge that is down, and stops sampling for it: after <see cref="Tolerated"/> failed searches in a row it opens, and searches are forwarded
/// unrefined. Every <see cref="Timeouts.JudgeBreakerInterval"/> one search tries the judge again.
/// </summary>
/// <remarks>
/// A search counts as failed when the judge failed and no judgment had arrived. One that the deadline ended before any judgment counts neither way: the caller
/// sets the deadline, and one caller must not decide for all. Any judgment shows that the judge is up.
/// </remarks>
internal sealed class JudgeBreaker(IRelevanceJudge innerJudge, TimeProvider timeProvider, ILogger<JudgeBreaker> logger) : IRelevanceJudge, IDisposable
{
    /// <summary>Failures in a row that open it: one search after the other, or some that ran side by side.</summary>
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
        $"the judge's breaker is open, a search tries it every {Timeouts.JudgeBreakerInterval.TotalSeconds:0} s; its last failure: {_lastCause}";

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
                Close();   // it judges, if not all in time
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

    /// <summary>True: the search is the one that looks whether the judge is back.</summary>
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
