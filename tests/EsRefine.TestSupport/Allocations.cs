namespace EsRefine.TestSupport;

/// <summary>What code allocates.</summary>
public static class Allocations
{
    private const int Calls = 100;

    /// <summary>Bytes that a call allocates once pools are warm and code is compiled, rounded up.</summary>
    /// <remarks>The least of a few attempts: a collection in between empties pools, and ends the stretch of memory from which the thread allocates.</remarks>
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
