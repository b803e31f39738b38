namespace EsRefine.Embedding;

/// <summary>A batch of texts: their token ids, right-padded to one length, and the mask of the padding.</summary>
internal sealed class TokenBatch
{
    /// <param name="texts">Token ids of all texts.</param>
    /// <param name="members">Indices into <paramref name="texts"/> of those that run together.</param>
    public TokenBatch(IReadOnlyList<int[]> texts, ReadOnlyMemory<int> members, int paddingId)
    {
        Members = members;
        foreach (int member in members.Span)
        {
            Length = Math.Max(Length, texts[member].Length);
        }

        Ids = new long[members.Length * Length];
        Mask = new long[members.Length * Length];
        for (int row = 0; row < members.Length; row++)
        {
            int[] text = texts[members.Span[row]];
            Span<long> ids = Ids.AsSpan(row * Length, Length);
            for (int token = 0; token < text.Length; token++)
            {
                ids[token] = text[token];
            }

            ids[text.Length..].Fill(paddingId);
            Mask.AsSpan(row * Length, text.Length).Fill(1);
        }
    }

    public ReadOnlyMemory<int> Members { get; }

    /// <summary>Texts in the batch.</summary>
    public int Count => Members.Length;

    /// <summary>Tokens per row, padding included.</summary>
    public int Length { get; }

    /// <summary>[texts × tokens], row-major.</summary>
    public long[] Ids { get; }

    /// <summary>[texts × tokens]: 1 for a token, 0 for padding.</summary>
    public long[] Mask { get; }

    /// <summary>Divides texts into batches of like length, longest first, each of at most <paramref name="tokenBudget"/> tokens, padding included.</summary>
    /// <returns>Indices into <paramref name="texts"/>; a text over the budget runs alone.</returns>
    public static List<ReadOnlyMemory<int>> Plan(IReadOnlyList<int[]> texts, int tokenBudget)
    {
        int[] order = [.. Enumerable.Range(0, texts.Count).OrderByDescending(index => texts[index].Length)];
        List<ReadOnlyMemory<int>> batches = [];
        for (int start = 0; start < order.Length;)
        {
            int count = Math.Min(Math.Max(1, tokenBudget / texts[order[start]].Length), order.Length - start);
            batches.Add(order.AsMemory(start, count));
            start += count;
        }

        return batches;
    }
}
