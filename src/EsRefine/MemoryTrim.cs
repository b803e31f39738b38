namespace EsRefine;

/// <summary>
/// Gives memory back to the system after many held bytes were let go. An idle process collects no garbage, and would keep for good what it needed once.
/// </summary>
/// <remarks>It runs several times, because connections end one by one, and seldom, because a collection stops all threads for some ten milliseconds.</remarks>
internal sealed class MemoryTrim : IDisposable
{
    private const int Times = 4;

    private readonly Timer _timer;
    private int _left;

    public MemoryTrim() => _timer = new Timer(static state => ((MemoryTrim)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Much was let go. Nothing where that was so a moment ago.</summary>
    public void Begin()
    {
        if (Interlocked.Exchange(ref _left, Times) == 0)
        {
            _timer.Change(Timeouts.MemoryTrimTimeout, Timeouts.MemoryTrimInterval);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Run()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (Interlocked.Decrement(ref _left) <= 0)
        {
            Volatile.Write(ref _left, 0);
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
