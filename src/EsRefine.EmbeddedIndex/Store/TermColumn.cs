using System.Runtime.InteropServices;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>The inverted index of one text, keyword or boolean field, and the statistics that BM25 needs.</summary>
/// <param name="hasNorms">Whether document lengths are stored. True for text. Keywords and booleans count as one token each.</param>
internal sealed class TermColumn(bool hasNorms)
{
    private readonly Dictionary<string, List<Posting>> _postings = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _lengths = [];
    private long _totalTermFrequency;

    /// <summary>Ordinals of the documents that have the field.</summary>
    public IReadOnlyCollection<int> Documents => _lengths.Keys;

    public void Add(int ordinal, IEnumerable<string> terms)
    {
        int length = 0;
        foreach (IGrouping<string, string> term in terms.GroupBy(static term => term, StringComparer.Ordinal))
        {
            int frequency = hasNorms ? term.Count() : 1;
            (CollectionsMarshal.GetValueRefOrAddDefault(_postings, term.Key, out _) ??= []).Add(new Posting(ordinal, frequency));
            length += frequency;
        }

        _lengths[ordinal] = length;
        _totalTermFrequency += length;
    }

    /// <summary>Adds the BM25 score of the term to every document that has it; a first score replaces NaN.</summary>
    /// <remarks>
    /// score = boost · 2.2 · idf · tf, idf = ln(1 + (N − n + 0.5) / (n + 0.5)), tf = f / (f + k1 · (1 − b + b · length / average)),
    /// k1 = 1.2, b = 0.75, as in Elasticsearch's BM25. As in Lucene, the statistics count deleted documents until a merge removes them, and
    /// lengths above 39 are rounded to fit a byte.
    /// </remarks>
    public void Score(string term, float boost, Span<float> scores)
    {
        if (!_postings.TryGetValue(term, out List<Posting>? postings))
        {
            return;
        }

        const float K1 = 1.2f;
        const float B = 0.75f;
        float idf = (float)Math.Log(1 + ((_lengths.Count - postings.Count + 0.5) / (postings.Count + 0.5)));
        float average = (float)(_totalTermFrequency / (double)_lengths.Count);
        float weight = boost * (K1 + 1) * idf;
        foreach ((int ordinal, int frequency) in postings)
        {
            int length = hasNorms ? NormLength.Round(_lengths[ordinal]) : 1;
            float inverseNorm = 1 / (K1 * (1 - B + (B * length / average)));
            float score = weight - (weight / (1 + (frequency * inverseNorm)));
            scores[ordinal] = float.IsNaN(scores[ordinal]) ? score : scores[ordinal] + score;
        }
    }

    /// <summary>Gives the same score to every document that has a matching term.</summary>
    public void Match(Func<string, bool> wanted, float score, Span<float> scores)
    {
        foreach ((string term, List<Posting> postings) in _postings)
        {
            if (wanted(term))
            {
                Match(postings, score, scores);
            }
        }
    }

    /// <inheritdoc cref="Match(Func{string, bool}, float, Span{float})"/>
    public void Match(string term, float score, Span<float> scores)
    {
        if (_postings.TryGetValue(term, out List<Posting>? postings))
        {
            Match(postings, score, scores);
        }
    }

    /// <summary>Returns this column with the documents renumbered. Documents with the number −1 are removed.</summary>
    public TermColumn Renumber(int[] newOrdinals)
    {
        TermColumn column = new(hasNorms);
        foreach ((string term, List<Posting> postings) in _postings)
        {
            List<Posting> kept =
            [
                .. postings
                    .Where(posting => newOrdinals[posting.Ordinal] >= 0)
                    .Select(posting => posting with { Ordinal = newOrdinals[posting.Ordinal] }),
            ];
            if (kept.Count > 0)
            {
                column._postings[term] = kept;
            }
        }

        foreach ((int ordinal, int length) in _lengths.Where(entry => newOrdinals[entry.Key] >= 0))
        {
            column._lengths[newOrdinals[ordinal]] = length;
            column._totalTermFrequency += length;
        }

        return column;
    }

    private static void Match(List<Posting> postings, float score, Span<float> scores)
    {
        foreach (Posting posting in postings)
        {
            scores[posting.Ordinal] = score;
        }
    }

    private readonly record struct Posting(int Ordinal, int Frequency);
}

/// <summary>Encodes document lengths in one byte as Lucene does: exact below 40, four significant bits above.</summary>
internal static class NormLength
{
    private const int Exact = 24;

    public static int Round(int length)
    {
        if (length < Exact)
        {
            return length;
        }

        int rest = length - Exact;
        int bits = sizeof(int) * 8 - int.LeadingZeroCount(rest);
        int dropped = Math.Max(0, bits - 4);
        return Exact + (rest >> dropped << dropped);
    }
}
