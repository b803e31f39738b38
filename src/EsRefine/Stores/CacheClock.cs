using Microsoft.Extensions.Internal;

namespace EsRefine.Stores;

/// <summary>The process's clock for the memory cache, which knows no <see cref="TimeProvider"/>.</summary>
internal sealed class CacheClock(TimeProvider timeProvider) : ISystemClock
{
    public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
}
