namespace EsRefine;

/// <summary>One search's leave to sample and judge: taken when its first clause has to, shared by the others, given back when the search is done.</summary>
internal sealed class Permit(SemaphoreSlim permits) : IDisposable
{
    private readonly Lazy<bool> _taken = new(() => permits.Wait(0, CancellationToken.None));

    /// <summary>At once or not at all: searches never queue.</summary>
    public bool TryTake() => _taken.Value;

    public void Dispose()
    {
        if (_taken is { IsValueCreated: true, Value: true })
        {
            permits.Release();
        }
    }
}
