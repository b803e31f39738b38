namespace EsRefine;

/// <summary>
/// Bytes of messages that may be held at the same time, counted over all searches. Beyond them a search is forwarded unchanged; nothing waits.
/// </summary>
/// <remarks>Limits on one message are none on a hundred at once, and a process that runs out of memory answers nobody.</remarks>
internal sealed class MemoryShare(long limit)
{
    private long _taken;

    /// <summary>A quarter of what there is: of the container's, where it has a limit.</summary>
    public static MemoryShare Quarter() => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>Takes nothing as long as nothing is asked for; gives back all when it is disposed.</summary>
    public Lease Begin() => new(this);

    private bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    private void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);

    /// <summary>What one message holds of it.</summary>
    public sealed class Lease(MemoryShare share) : IDisposable
    {
        private long _bytes;

        /// <summary>False: others hold too much.</summary>
        public bool TryGrow(long bytes)
        {
            if (!share.TryTake(bytes))
            {
                return false;
            }

            _bytes += bytes;
            return true;
        }

        public void Dispose() => share.GiveBack(Interlocked.Exchange(ref _bytes, 0));
    }
}
