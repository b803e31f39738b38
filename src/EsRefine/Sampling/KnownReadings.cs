using System.Collections.Concurrent;
using System.Text;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>The way of reading vectors that worked last, for each caller, index expression and field: indices and permissions differ.</summary>
internal sealed class KnownReadings(TimeProvider timeProvider)
{
    /// <summary>
    /// Limit of entries, since clients choose index expressions. Beyond it all entries are dropped, which costs some searches one more request.
    /// </summary>
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<Key, Entry> _entries = [];

    /// <summary>The way that worked last; null where none is known.</summary>
    public VectorReading? Find(Key key) => _entries.TryGetValue(key, out Entry entry) ? entry.Reading : null;

    /// <summary>Whether every way failed within <see cref="Timeouts.UnreadableFieldLifetime"/>.</summary>
    public bool AreHopeless(Key key) =>
        _entries.TryGetValue(key, out Entry entry) && entry.Reading is null && timeProvider.GetElapsedTime(entry.Since) < Timeouts.UnreadableFieldLifetime;

    /// <summary>Remembers the way that worked, or with null that none did.</summary>
    public void Remember(Key key, VectorReading? reading)
    {
        if (_entries.Count >= Capacity)
        {
            _entries.Clear();
        }

        _entries[key] = new(reading, timeProvider.GetTimestamp());
    }

    /// <summary>Whose vectors, and which; the id of a point in time takes the place of the index expression.</summary>
    internal readonly record struct Key(string Caller, string Index, string Field)
    {
        public static Key Of(SearchRequest search, SamplePlan plan) => new(
            CallerHeaders.Scope(search.Headers),
            plan.Recognized.PointInTime is { IsMissing: false } pointInTime ? Encoding.UTF8.GetString(pointInTime.Span) : search.Index,
            plan.Mapping.Field);
    }

    private readonly record struct Entry(VectorReading? Reading, long Since);
}
