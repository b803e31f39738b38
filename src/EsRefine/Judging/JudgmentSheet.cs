namespace EsRefine.Judging;

/// <summary>The judgments of one sample. A judge writes each hit once, from any thread, until the sheet is closed.</summary>
internal sealed class JudgmentSheet(int count)
{
    private readonly Lock _lock = new();
    private readonly Judgment?[] _judgments = new Judgment?[count];
    private bool _closed;

    /// <summary>The number of hits on the sheet.</summary>
    public int Length => _judgments.Length;

    /// <summary>Whether nothing has been written yet.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return Array.TrueForAll(_judgments, static judgment => judgment is null);
            }
        }
    }

    /// <summary>Records a judgment; ignored after <see cref="Close"/>.</summary>
    public void Write(int hit, Judgment judgment)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _judgments[hit] = judgment;
            }
        }
    }

    /// <summary>Closes the sheet and returns the judgments written so far. Later ones are ignored, so the caller can read without a lock.</summary>
    public IReadOnlyList<Judgment?> Close()
    {
        lock (_lock)
        {
            _closed = true;
            return _judgments;
        }
    }
}
