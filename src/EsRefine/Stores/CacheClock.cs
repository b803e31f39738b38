using Microsoft.Extensions.Internal;

namespace EsRefine.Stores;

/// <summary>Adapts a <see cref="TimeProvider"/> to the clock interface of the memory cache.</summary>
internal sealed class CacheClock(TimeProvider timeProvider) : ISystemClock
{
    public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
}
