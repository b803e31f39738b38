namespace EsRefine.TestSupport;

/// <summary>Measures memory allocations.</summary>
public static class Allocations
{
    private const int Calls = 100;

    /// <summary>Bytes that a call allocates after warm-up, rounded up.</summary>
    /// <remarks>Returns the minimum of several attempts, because a garbage collection empties pools and ends the thread's allocation context.</remarks>
    public static long BytesPerCall(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            action();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (least + Calls - 1) / Calls;
    }
}
