namespace EsRefine.Judging;

/// <summary>Estimates the probability that a hit is relevant to a query text.</summary>
internal interface IRelevanceJudge
{
    /// <summary>Kind and model, for logs, reports and cache keys: <c>chat:mistral-small</c>, <c>qrels</c>, <c>llm-noise</c>.</summary>
    string Name { get; }

    /// <summary>Why it would refuse a task now, so that callers need not prepare one; null if it accepts tasks.</summary>
    string? WhyNotNow => null;

    /// <summary>
    /// Judges the hits, concurrently if that helps, and writes each judgment to <paramref name="judgments"/> as it arrives.
    /// A hit that cannot be judged gets no judgment.
    /// </summary>
    /// <exception cref="JudgeException">The judge failed for at least one hit. Judgments already written stay valid.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled by deadline or client.</exception>
    Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken);
}

/// <summary>One query and the hits to judge for it.</summary>
/// <param name="QueryText">The text that the query vector embeds.</param>
/// <param name="Instruction">A sentence on what relevance means for this target; null for the judge's general question.</param>
/// <param name="Hits">The sampled hits, in rank order.</param>
internal sealed record JudgingTask(string QueryText, string? Instruction, IReadOnlyList<JudgedDocument> Hits);

/// <summary>A hit as a judge sees it. The text is untrusted.</summary>
/// <param name="Id">The hit's <c>_id</c>.</param>
/// <param name="Text">The target's text fields, joined by line feeds.</param>
internal readonly record struct JudgedDocument(string Id, string Text);

/// <summary>P(relevant) of one hit. A missing judgment is <c>null</c>, never a number.</summary>
/// <param name="Probability">In [0, 1].</param>
/// <param name="Yes">Probability mass of yes if the judge returns masses; otherwise P.</param>
/// <param name="No">Probability mass of no if the judge returns masses; otherwise 1 − P.</param>
internal readonly record struct Judgment(float Probability, double Yes, double No)
{
    /// <summary>The smallest mass of yes and no together that counts as an answer (the paper's rule).</summary>
    public const double SmallestMass = 1e-4;

    public static Judgment Of(double probability) => new((float)probability, probability, 1 - probability);

    /// <summary>yes / (yes + no); null if their sum does not exceed <see cref="SmallestMass"/>.</summary>
    public static Judgment? FromMasses(double yes, double no) =>
        yes + no > SmallestMass ? new Judgment((float)(yes / (yes + no)), yes, no) : null;
}

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

/// <summary>The judge failed. The message names the cause and the setting to change. It never holds a document, a query text or a key.</summary>
internal sealed class JudgeException : Exception
{
    public JudgeException(string message)
        : base(message)
    {
    }

    public JudgeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
