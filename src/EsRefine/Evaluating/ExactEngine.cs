using System.Numerics.Tensors;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Evaluating;

/// <summary>Compares every query with every document of its pool by cosine, as the paper does: no index, no approximation, no limit of hits.</summary>
internal sealed class ExactEngine : IEvaluationEngine
{
    private readonly EvaluationSet _set;
    private readonly VectorTable _unitVectors;
    private readonly Dictionary<string, int> _rows;
    private readonly IRelevanceJudge _judge;
    private readonly string? _task;
    private readonly int _sampleSize;

    /// <param name="vectors">One row per document, in the set's order.</param>
    public ExactEngine(EvaluationSet set, VectorTable vectors, IRelevanceJudge judge, string? task, int sampleSize)
    {
        _set = set;
        _unitVectors = Normalize(vectors);
        _rows = set.Documents.Index().ToDictionary(static entry => entry.Item.Id, static entry => entry.Index, StringComparer.Ordinal);
        _judge = judge;
        _task = task;
        _sampleSize = sampleSize;
    }

    public string Name => "exact";

    public string? Version => null;

    public int? Depth => null;

    public async Task<PlayedQuery> PlayAsync(
        EvaluationQuery query, ReadOnlyMemory<float> vector, IReadOnlyList<IRefinementRule> rules, CancellationToken cancellationToken)
    {
        int[] pool = PoolOf(query);
        RankedList direct = Rank(pool, vector.Span);
        ScoredDocument[] sample = [.. direct.Take(_sampleSize)];
        IReadOnlyList<Judgment?> judgments = await JudgeAsync(query, sample, cancellationToken);
        JudgedHit[] judged = [.. sample.Zip(judgments, static (document, judgment) => new JudgedHit(document, judgment))];
        return new(direct, judged, [.. rules.Select(rule => Refine(rule, vector.Span, judged, pool, direct))]);
    }

    /// <summary>Rows of the documents the query is ranked against.</summary>
    private int[] PoolOf(EvaluationQuery query) => _set.Pool == CandidatePool.Listed
        ? [.. query.Judgments.Grades.Keys.Where(_rows.ContainsKey).Select(id => _rows[id])]
        : [.. Enumerable.Range(0, _set.Documents.Count)];

    private async Task<IReadOnlyList<Judgment?>> JudgeAsync(EvaluationQuery query, ScoredDocument[] sample, CancellationToken cancellationToken)
    {
        JudgmentSheet sheet = new(sample.Length);
        JudgedDocument[] documents = [.. sample.Select(hit => new JudgedDocument(hit.DocumentId, TextOf(_set.Documents[_rows[hit.DocumentId]])))];
        await _judge.JudgeAsync(new JudgingTask(query.Text, _task, documents), sheet, cancellationToken);
        return sheet.Close();
    }

    /// <summary>What the judge reads: the text fields joined by a line feed, as a sample of a cluster gives them.</summary>
    private static string TextOf(BeirDocument document) => document.Title.Length == 0 || document.Text.Length == 0
        ? document.Title + document.Text
        : document.Title + "\n" + document.Text;

    private RefinedRanking Refine(IRefinementRule rule, ReadOnlySpan<float> queryVector, JudgedHit[] sample, int[] pool, RankedList direct)
    {
        JudgedHit[] judged = [.. sample.Where(static hit => hit.Judgment is not null)];
        float[] vectors = new float[judged.Length * _unitVectors.Dimensions];
        for (int i = 0; i < judged.Length; i++)
        {
            _unitVectors[_rows[judged[i].Document.DocumentId]].CopyTo(vectors.AsSpan(i * _unitVectors.Dimensions));
        }

        float[] refined = new float[queryVector.Length];
        RefinementSample rows = new()
        {
            QueryVector = queryVector,
            HitVectors = vectors,
            Judgments = Array.ConvertAll(judged, static hit => hit.Judgment!.Value.Probability),
            Similarity = VectorSimilarity.Cosine,
        };
        return GuardedRefinement.Refine(rule, rows, RefinementGuards.Default, refined, out float angle) switch
        {
            RefinementVerdict.Refined => new(Rank(pool, refined), angle),
            RefinementVerdict.NotFinite => throw new EvaluationException("a vector of the query or of a hit is not a direction; check the embedding model"),
            _ => new(direct, 0),
        };
    }

    private RankedList Rank(int[] pool, ReadOnlySpan<float> queryVector)
    {
        float norm = TensorPrimitives.Norm(queryVector);
        ScoredDocument[] scored = new ScoredDocument[pool.Length];
        for (int i = 0; i < pool.Length; i++)
        {
            scored[i] = new(_set.Documents[pool[i]].Id, TensorPrimitives.Dot(queryVector, _unitVectors[pool[i]]) / norm);
        }

        return new RankedList(scored);
    }

    private static VectorTable Normalize(VectorTable vectors)
    {
        float[] unit = new float[vectors.Values.Length];
        for (int i = 0; i < vectors.Count; i++)
        {
            TensorPrimitives.Divide(vectors[i], TensorPrimitives.Norm(vectors[i]), unit.AsSpan(i * vectors.Dimensions, vectors.Dimensions));
        }

        return new(unit, vectors.Dimensions);
    }
}
