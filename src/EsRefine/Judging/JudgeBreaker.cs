namespace EsRefine.Judging;

/// <summary>
/// Spares a judge that is down, and the cluster the samples it could not judge: after a few searches that failed one after the other it opens, and searches
/// pass unasked. Every few seconds one search is let through to see whether the judge is back.
/// </summary>
/// <remarks>
/// A search counts as failed where the judge said so and no judgment had arrived. One that the deadline ended before any had says nothing: how long to wait is
/// the caller's wish, and one caller's must not decide for all. A judgment, however it ended, says that the judge is there.
/// </remarks>
internal sealed class JudgeBreaker(IRelevanceJudge innerJudge, TimeProvider timeProvider, ILogger<JudgeBreaker> logger) : IRelevanceJudge, IDisposable
{
    /// <summary>Failures in a row that open it: one search after the other, or some that ran side by side.</summary>
    public const int Tolerated = 5;

    /// <summary>Time between two attempts while it is open: soon enough for a judge that restarts, too seldom to hold it down.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

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

    private string WhyOpen => $"the judge's breaker is open, a search tries it every {Pause.TotalSeconds:0} s; its last failure: {_lastCause}";

    private bool MayAsk => _failures < Tolerated || (!_isTrying && timeProvider.GetElapsedTime(_lastAttempt) >= Pause);

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
