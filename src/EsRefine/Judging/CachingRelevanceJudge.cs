using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace EsRefine.Judging;

/// <summary>
/// Caches every judgment for its own lifetime, so that an evaluation pays for each pair once, no matter how many rules it compares.
/// All misses go to the inner judge in one call. Only finished judgments are cached, so a failed or canceled call caches nothing wrong.
/// </summary>
/// <remarks>
/// Memory grows with the evaluation, so do not use it in a long-running process. Misses reach the sheet when the inner call ends, not one by one:
/// an evaluation has no deadline. The key does not hold the inner judge's name and prompt version, because each instance has one inner judge.
/// </remarks>
internal sealed class CachingRelevanceJudge(IRelevanceJudge innerJudge) : IRelevanceJudge
{
    private readonly ConcurrentDictionary<Key, Judgment?> _judgments = [];

    // Searches for the same text are serialized, so that two concurrent ones do not judge a hit twice.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    public string Name => innerJudge.Name;

    /// <summary>The pairs the inner judge has finished, including those without a judgment. For a chat judge, the calls that got an answer.</summary>
    public int JudgedCount => _judgments.Count;

    public async Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        SemaphoreSlim turn = _turns.GetOrAdd(task.QueryText, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            Key[] keys = [.. task.Hits.Select(hit => Key.Of(task, hit))];
            List<int> misses = [];
            for (int i = 0; i < keys.Length; i++)
            {
                if (!_judgments.TryGetValue(keys[i], out Judgment? known))
                {
                    misses.Add(i);
                }
                else if (known is { } judgment)
                {
                    judgments.Write(i, judgment);
                }
            }

            if (misses.Count > 0)
            {
                await JudgeMissesAsync(task, keys, misses, judgments, cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task JudgeMissesAsync(JudgingTask task, Key[] keys, List<int> misses, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        JudgmentSheet sheet = new(misses.Count);
        bool finished = false;
        try
        {
            await innerJudge.JudgeAsync(task with { Hits = [.. misses.Select(i => task.Hits[i])] }, sheet, cancellationToken);
            finished = true;
        }
        finally
        {
            IReadOnlyList<Judgment?> judged = sheet.Close();
            for (int i = 0; i < misses.Count; i++)
            {
                if (judged[i] is { } judgment)
                {
                    _judgments[keys[misses[i]]] = judgment;
                    judgments.Write(misses[i], judgment);
                }
                else if (finished)
                {
                    // An absent judgment is a result only if the inner judge finished.
                    _judgments[keys[misses[i]]] = null;
                }
            }
        }
    }

    private readonly record struct Key(string QueryText, string? Instruction, string DocumentId, string TextHash)
    {
        public static Key Of(JudgingTask task, JudgedDocument hit) =>
            new(task.QueryText, task.Instruction, hit.Id, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(hit.Text))));
    }
}
