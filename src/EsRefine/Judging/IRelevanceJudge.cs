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
