namespace EsRefine.Remembering;

/// <summary>Texts by the sketches of their vectors, in memory: bounded by entries and bytes, each forgotten after its time. Safe for concurrent use.</summary>
/// <param name="maxEntries">Most texts kept; the one longest not handed out goes first.</param>
/// <param name="maxBytes">Most memory they take, as <see cref="SketchEntry.Bytes"/> counts it.</param>
/// <param name="life">How long one is kept after its vector was last handed out.</param>
/// <param name="timeProvider">Tells the time.</param>
internal sealed class SketchTable(int maxEntries, long maxBytes, TimeSpan life, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, SketchEntry> _cells = [];
    private SketchEntry? _oldest;
    private SketchEntry? _newest;

    /// <summary>Texts kept, those included whose time is over and whose turn to leave has not come.</summary>
    public int Count { get; private set; }

    /// <summary>What they take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps a text. Of two texts with one vector, which their model cannot tell apart, the later one is kept.</summary>
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

    /// <summary>The text whose vector this is; null where none is kept.</summary>
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

/// <summary>A text and the sketch of its vector, linked to those of its cell and to those remembered before and after it.</summary>
/// <param name="sketch">How the vector is known.</param>
/// <param name="text">What it stands for.</param>
/// <param name="remembered">Timestamp of the time its vector was last handed out.</param>
internal sealed class SketchEntry(in VectorSketch sketch, string text, long remembered)
{
    /// <summary>An entry without its text: itself, and its share of the dictionary (measured: 195 bytes).</summary>
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
