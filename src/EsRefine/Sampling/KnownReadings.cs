using System.Collections.Concurrent;
using System.Text;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>
/// Which way of reading vectors worked last for a caller, an index expression and a field: indices of one cluster differ, and so does what callers may see.
/// </summary>
internal sealed class KnownReadings(TimeProvider timeProvider)
{
    /// <summary>Past this many all is forgotten, which costs some searches one request more: index expressions are the callers' to invent.</summary>
    private const int Capacity = 10_000;

    /// <summary>How long a field whose vectors cannot be had is left alone: each try costs a search per way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Key, Entry> _entries = [];

    /// <summary>The way that worked; null = not known.</summary>
    public VectorReading? Find(Key key) => _entries.TryGetValue(key, out Entry entry) ? entry.Reading : null;

    /// <summary>Whether every way failed a moment ago.</summary>
    public bool AreHopeless(Key key) =>
        _entries.TryGetValue(key, out Entry entry) && entry.Reading is null && timeProvider.GetElapsedTime(entry.Since) < Patience;

    /// <summary>Remembers the way that worked, or with null that none did.</summary>
    public void Remember(Key key, VectorReading? reading)
    {
        if (_entries.Count >= Capacity)
        {
            _entries.Clear();
        }

        _entries[key] = new(reading, timeProvider.GetTimestamp());
    }

    /// <summary>Whose and which vectors; a point in time stands for its indices.</summary>
    internal readonly record struct Key(string Caller, string Index, string Field)
    {
        public static Key Of(SearchRequest search, SamplePlan plan) => new(
            CallerHeaders.Scope(search.Headers),
            plan.Recognized.PointInTime is { } pointInTime ? Encoding.UTF8.GetString(pointInTime.Of(search.Body.Span)) : search.Index,
            plan.Mapping.Field);
    }

    private readonly record struct Entry(VectorReading? Reading, long Since);
}
