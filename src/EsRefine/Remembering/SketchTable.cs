namespace EsRefine.Remembering;

/// <summary>An in-memory table of texts by the sketches of their vectors, bounded by entries, bytes, and age. Thread-safe.</summary>
/// <param name="maxEntries">Most texts. The one whose vector was handed out longest ago is evicted first.</param>
/// <param name="maxBytes">Most memory in bytes, as counted by <see cref="SketchEntry.Bytes"/>.</param>
/// <param name="life">Lifetime of an entry, from the last time its vector was handed out.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class SketchTable(int maxEntries, long maxBytes, TimeSpan life, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, SketchEntry> _cells = [];
    private SketchEntry? _oldest;
    private SketchEntry? _newest;

    /// <summary>Number of texts, including expired ones that have not been evicted yet.</summary>
    public int Count { get; private set; }

    /// <summary>Memory used by the entries, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a text. If another text has the same vector, the later text replaces it.</summary>
    public void Remember(in VectorSketch sketch, string text)
    {
        SketchEntry entry = new(sketch, text, timeProvider.GetTimestamp());
        lock (_lock)
        {
            if (Seek(sketch) is { } former)
            {
                Forget(former);
            }

            while (_oldest is not null && (Count >= maxEntries || Bytes + entry.Bytes > maxBytes || IsOver(_oldest)))
            {
                Forget(_oldest);
            }

            if (entry.Bytes <= maxBytes)
            {
                Append(entry);
            }
        }
    }

    /// <summary>The text remembered for a vector. Null if there is none or it has expired.</summary>
    public string? Find(in VectorSketch sketch)
    {
        lock (_lock)
        {
            return Seek(sketch) is { } entry && !IsOver(entry) ? entry.Text : null;
        }
    }

    private SketchEntry? Seek(in VectorSketch sketch)
    {
        Span<ulong> keys = stackalloc ulong[VectorSketch.MaxProbes];
        foreach (ulong key in keys[..sketch.Probes(keys)])
        {
            for (SketchEntry? entry = _cells.GetValueOrDefault(key); entry is not null; entry = entry.NextInCell)
            {
                if (entry.Sketch.Matches(sketch))
                {
                    return entry;
                }
            }
        }

        return null;
    }

    private bool IsOver(SketchEntry entry) => timeProvider.GetElapsedTime(entry.Remembered) >= life;

    private void Append(SketchEntry entry)
    {
        entry.NextInCell = _cells.GetValueOrDefault(entry.Sketch.Key);
        _cells[entry.Sketch.Key] = entry;
        entry.Older = _newest;
        _ = _newest is null ? _oldest = entry : _newest.Newer = entry;
        _newest = entry;
        Count++;
        Bytes += entry.Bytes;
    }

    private void Forget(SketchEntry entry)
    {
        ulong key = entry.Sketch.Key;
        SketchEntry first = _cells[key];
        if (first != entry)
        {
            SketchEntry before = first;
            while (before.NextInCell != entry)
            {
                before = before.NextInCell!;
            }

            before.NextInCell = entry.NextInCell;
        }
        else if (entry.NextInCell is { } next)
        {
            _cells[key] = next;
        }
        else
        {
            _cells.Remove(key);
        }

        _ = entry.Older is null ? _oldest = entry.Newer : entry.Older.Newer = entry.Newer;
        _ = entry.Newer is null ? _newest = entry.Older : entry.Newer.Older = entry.Older;
        Count--;
        Bytes -= entry.Bytes;
    }
}

/// <summary>A text and the sketch of its vector, linked to the entries of its cell and to the entries added before and after it.</summary>
/// <param name="sketch">The sketch of the vector.</param>
/// <param name="text">The text.</param>
/// <param name="remembered">Timestamp at which the vector was last handed out.</param>
internal sealed class SketchEntry(in VectorSketch sketch, string text, long remembered)
{
    /// <summary>Bytes of an entry without its text, including its share of the dictionary (measured: 195).</summary>
    private const int Overhead = 200;

    private readonly VectorSketch _sketch = sketch;

    public ref readonly VectorSketch Sketch => ref _sketch;

    public string Text { get; } = text;

    public long Remembered { get; } = remembered;

    public int Bytes => Overhead + sizeof(char) * Text.Length;

    public SketchEntry? NextInCell { get; set; }

    public SketchEntry? Older { get; set; }

    public SketchEntry? Newer { get; set; }
}
