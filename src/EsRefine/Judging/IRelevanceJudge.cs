namespace EsRefine.Judging;

/// <summary>Says how likely a hit is relevant to a query text.</summary>
internal interface IRelevanceJudge
{
    /// <summary>Kind and model, for logs, reports and cache keys: <c>chat:mistral-small</c>, <c>qrels</c>, <c>llm-noise</c>.</summary>
    string Name { get; }

    /// <summary>Why it would refuse a task at this moment, so that nobody prepares one; null: it would not.</summary>
    string? WhyNotNow => null;

    /// <summary>
    /// Judges the hits, concurrently where that helps, writing each judgment to <paramref name="judgments"/> as it arrives.
    /// A hit the judge cannot judge stays absent.
    /// </summary>
    /// <exception cref="JudgeException">The judge failed for one hit or all: judgments written before it stay valid.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled: the deadline passed, or the client left.</exception>
    Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken);
}

/// <summary>One query and the hits to judge for it.</summary>
/// <param name="QueryText">What the query vector stands for.</param>
/// <param name="Instruction">What relevance means for this target, in a sentence; null for the judge's general wording.</param>
/// <param name="Hits">The sampled hits, in rank order.</param>
internal sealed record JudgingTask(string QueryText, string? Instruction, IReadOnlyList<JudgedDocument> Hits);

/// <summary>A hit as a judge sees it. The text is untrusted.</summary>
/// <param name="Id">The hit's <c>_id</c>.</param>
/// <param name="Text">The target's text fields, joined by line feeds.</param>
internal readonly record struct JudgedDocument(string Id, string Text);

/// <summary>P(relevant) of one hit. Absence is <c>null</c>, never a number.</summary>
/// <param name="Probability">In [0, 1].</param>
/// <param name="Yes">Probability mass of yes, where the judge gave masses; else P.</param>
/// <param name="No">Probability mass of no; else 1 − P.</param>
internal readonly record struct Judgment(float Probability, double Yes, double No)
{
    /// <summary>Masses below this say nothing either way (the paper's rule).</summary>
    public const double SmallestMass = 1e-4;

    public static Judgment Of(double probability) => new((float)probability, probability, 1 - probability);

    /// <summary>yes / (yes + no); null where the two together do not exceed <see cref="SmallestMass"/>.</summary>
    public static Judgment? FromMasses(double yes, double no) =>
        yes + no > SmallestMass ? new Judgment((float)(yes / (yes + no)), yes, no) : null;
}

/// <summary>The judgments of one sample, filled in by a judge while the path waits: written once per hit, from any thread, until it is closed.</summary>
internal sealed class JudgmentSheet(int count)
{
    private readonly Lock _lock = new();
    private readonly Judgment?[] _judgments = new Judgment?[count];
    private bool _closed;

    /// <summary>Hits on the sheet.</summary>
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

    /// <summary>Writes down a judgment; ignored after <see cref="Close"/>.</summary>
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

    /// <summary>Takes what has arrived; later judgments are ignored, so the caller can read without a lock.</summary>
    public IReadOnlyList<Judgment?> Close()
    {
        lock (_lock)
        {
            _closed = true;
            return _judgments;
        }
    }
}

/// <summary>The judge failed. The message names the cause and the setting to change and holds no document, query text or key.</summary>
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
