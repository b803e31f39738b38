namespace EsRefine;

/// <summary>What the bytes of the <see cref="MemoryBudget"/> are held for. Each use may take a part of it, so that no use starves the others.</summary>
internal enum MemoryUse
{
    /// <summary>Request heads of more than a few KiB, on the way and until their request is answered.</summary>
    Heads,

    /// <summary>Bodies that may be searches or embeddings requests.</summary>
    Bodies,

    /// <summary>gRPC messages.</summary>
    Messages,

    /// <summary>Replies to requests of our own.</summary>
    OwnReplies,

    /// <summary>Copies of replies that stream through: embeddings, refined replies that may fail in part, addresses of nodes.</summary>
    Copies,
}

/// <summary>
/// The one limit on bytes that others make the process hold, counted over all listeners and connections. Beyond it nothing waits: a search is forwarded
/// unchanged, a copy is dropped, and a connection that only holds a head is closed.
/// </summary>
/// <param name="limit">In bytes.</param>
/// <remarks>Limits on one message do not limit a hundred at once, and a process that runs out of memory answers nobody.</remarks>
internal sealed class MemoryBudget(long limit) : IDisposable
{
    private readonly MemoryTrim _trim = new();

    private readonly long[] _held = new long[Enum.GetValues<MemoryUse>().Length];
    private long _total;
    private int _wasMuch;

    /// <summary>The budget of an operator, or a quarter of the memory that there is: of the container's, where it has a limit.</summary>
    public static MemoryBudget Of(int? mebibytes) =>
        new(mebibytes is { } set ? set * 1024L * 1024 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>In bytes.</summary>
    public long Limit => limit;

    /// <summary>Bytes held for a use.</summary>
    public long HeldFor(MemoryUse use) => Volatile.Read(ref _held[(int)use]);

    /// <summary>Takes nothing as long as nothing is asked for; gives back all when it is disposed.</summary>
    public Lease Begin(MemoryUse use) => new(this, use);

    /// <summary>Half of the budget; of heads an eighth, because large ones are rare and a stranger can send them.</summary>
    private long LimitOf(MemoryUse use) => use == MemoryUse.Heads ? limit / 8 : limit / 2;

    private bool TryTake(MemoryUse use, long bytes)
    {
        bool isTaken = (Interlocked.Add(ref _held[(int)use], bytes) <= LimitOf(use)) & (Interlocked.Add(ref _total, bytes) <= limit);
        if (!isTaken)
        {
            GiveBack(use, bytes);
        }
        else if (_wasMuch == 0 && Volatile.Read(ref _total) > limit / 10)
        {
            Volatile.Write(ref _wasMuch, 1);
        }

        return isTaken;
    }

    private void GiveBack(MemoryUse use, long bytes)
    {
        Interlocked.Add(ref _held[(int)use], -bytes);
        if (Interlocked.Add(ref _total, -bytes) < limit / 20 && _wasMuch == 1 && Interlocked.Exchange(ref _wasMuch, 0) == 1)
        {
            _trim.Begin();
        }
    }

    public void Dispose() => _trim.Dispose();

    /// <summary>What one message holds of the budget. Not for several threads at once, except its end.</summary>
    public sealed class Lease(MemoryBudget budget, MemoryUse use) : IDisposable
    {
        private long _bytes;

        /// <summary>False: others hold too much.</summary>
        public bool TryGrow(long bytes)
        {
            if (!budget.TryTake(use, bytes))
            {
                return false;
            }

            Interlocked.Add(ref _bytes, bytes);
            return true;
        }

        /// <summary>Holds so many bytes, more or fewer than before. False: others hold too much, and nothing changed.</summary>
        public bool TryHold(long bytes)
        {
            long more = bytes - _bytes;
            if (more > 0)
            {
                return TryGrow(more);
            }

            if (more < 0)
            {
                Interlocked.Add(ref _bytes, more);
                budget.GiveBack(use, -more);
            }

            return true;
        }

        public void Dispose()
        {
            long bytes = Interlocked.Exchange(ref _bytes, 0);
            if (bytes > 0)
            {
                budget.GiveBack(use, bytes);
            }
        }
    }
}
