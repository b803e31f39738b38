using EsRefine.Evaluating;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.Refinement;
using Xunit;

namespace EsRefine.Tests.Evaluating;

/// <summary>Every document compared, with vectors that can be checked by eye: documents at 0°, 10°, 20° … from the query.</summary>
public sealed class ExactEngineTests
{
    private static readonly float[] Query = [3, 0];

    [Fact]
    public async Task Documents_rank_by_cosine_whatever_the_length_of_their_vectors()
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Corpus, _ => 0.5);
        Assert.Equal(["d0", "d1", "d2", "d3", "d4", "d5"], Ids(played.Direct));
        Assert.Equal(Math.Cos(double.DegreesToRadians(10)), played.Direct[1].Score, 1e-6);
    }

    [Fact]
    public async Task The_sample_is_the_top_of_the_direct_ranking()
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Corpus, _ => 0.5);
        Assert.Equal(["d0", "d1", "d2"], played.Sample.Select(static hit => hit.Document.DocumentId));
    }

    [Fact]
    public async Task The_vector_turns_toward_what_the_judge_calls_relevant()
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Corpus, static id => id == "d2" ? 0.9 : 0.1);
        Assert.Equal(0.3f, played.Refined[0].Angle, 1e-5f);
        Assert.Equal("d2", played.Refined[0].Ranking[0].DocumentId);   // 0.3 rad = 17.2°
        Assert.Equal("d1", played.Refined[0].Ranking[1].DocumentId);
    }

    [Theory]
    [InlineData(0.04)]
    [InlineData(0)]
    public async Task Judgments_without_a_signal_leave_the_direct_ranking(double spread)
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Corpus, id => id == "d2" ? 0.5 + spread : 0.5);
        Assert.Same(played.Direct, played.Refined[0].Ranking);
        Assert.Equal(0, played.Refined[0].Angle);
    }

    [Fact]
    public async Task A_single_judgment_leaves_the_direct_ranking()
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Corpus, static id => id == "d2" ? 0.9 : null);
        Assert.Same(played.Direct, played.Refined[0].Ranking);
        Assert.Equal([null, null, 0.9f], played.Sample.Select(static hit => hit.Judgment?.Probability));
    }

    [Fact]
    public async Task A_listed_pool_holds_the_documents_of_the_qrels_that_the_corpus_has()
    {
        PlayedQuery played = await PlayAsync(CandidatePool.Listed, _ => 0.5);
        Assert.Equal(["d1", "d4"], Ids(played.Direct));
    }

    [Fact]
    public async Task The_judge_reads_title_and_text_on_lines_of_their_own()
    {
        ScriptedJudge judge = new(static _ => 0.5);
        await PlayAsync(CandidatePool.Corpus, judge);
        Assert.Equal(["title 0\ntext 0", "title 1\ntext 1", "text 2"], judge.Texts);
    }

    private static Task<PlayedQuery> PlayAsync(CandidatePool pool, Func<string, double?> probability) => PlayAsync(pool, new ScriptedJudge(probability));

    private static async Task<PlayedQuery> PlayAsync(CandidatePool pool, IRelevanceJudge judge)
    {
        EvaluationQuery query = new("q", "which?", new TopicJudgments("q", [new("d1", 0), new("d4", 1), new("gone", 1)]));
        EvaluationSet set = new()
        {
            Name = "angles",
            Split = "test",
            Pool = pool,
            Documents = [.. Enumerable.Range(0, 6).Select(static i => new BeirDocument($"d{i}", i < 2 ? $"title {i}" : "", $"text {i}"))],
            Queries = [query],
            QueriesWithoutRelevant = 0,
            Warnings = [],
        };
        float[] vectors = [.. Enumerable.Range(0, 6).SelectMany(static i =>
        {
            (double sine, double cosine) = Math.SinCos(double.DegreesToRadians(10 * i));
            return new[] { (float)(cosine * (i + 1)), (float)(sine * (i + 1)) };
        })];
        ExactEngine engine = new(set, new VectorTable(vectors, 2), judge, task: null, sampleSize: 3);
        return await engine.PlayAsync(query, Query, [new Rocchio(0.3f)], TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Ids(RankedList list) => list.Select(static document => document.DocumentId);

    private sealed class ScriptedJudge(Func<string, double?> probability) : IRelevanceJudge
    {
        public string Name => "scripted";

        public List<string> Texts { get; } = [];

        public Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
        {
            for (int i = 0; i < task.Hits.Count; i++)
            {
                Texts.Add(task.Hits[i].Text);
                if (probability(task.Hits[i].Id) is { } p)
                {
                    judgments.Write(i, Judgment.Of(p));
                }
            }

            return Task.CompletedTask;
        }
    }
}
