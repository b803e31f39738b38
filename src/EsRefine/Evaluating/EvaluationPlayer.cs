using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Evaluation;
using EsRefine.Judging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EsRefine.Evaluating;

/// <summary>Runs one evaluation: reads the set, embeds it, runs every query directly and refined, and scores the rankings.</summary>
internal sealed class EvaluationPlayer(EvaluationSettings settings, TimeProvider timeProvider, TextWriter error)
{
    private const string Knn = "knn";
    private const string Rerank = "rerank";

    /// <summary>The number of concurrent queries, enough to keep the cluster and all cores busy. A chat judge limits its own calls.</summary>
    private static readonly int Parallelism = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>Plays the set.</summary>
    /// <exception cref="EvaluationException">The evaluation cannot continue.</exception>
    /// <exception cref="JudgeException">The judge failed.</exception>
    /// <exception cref="ConfigurationException">The settings of the model or of the judge are invalid.</exception>
    public async Task<EvaluationReport> PlayAsync(CancellationToken cancellationToken)
    {
        EvaluationSet set = EvaluationSet.Read(settings.Data, settings.Split, settings.Queries);
        foreach (string warning in set.Warnings)
        {
            await error.WriteLineAsync("warning: " + warning);
        }

        string[] systems = [Knn, Rerank, .. settings.Rules.Select(static rule => rule.Name)];
        RunFiles? files = settings.RunsFolder is { } folder ? new(folder, set, systems) : null;
        if (files?.EncodesIds == true)
        {
            await error.WriteLineAsync("warning: some ids hold white space, which a TREC run cannot express: ids are percent-encoded in runs and qrels");
        }

        IRelevanceJudge judge = RelevanceJudges.Create(settings.Judge, timeProvider, NullLoggerFactory.Instance);
        using IDisposable? connections = judge as IDisposable;
        string model = settings.Model ?? await MiniLmModel.EnsureAsync(error.WriteLine, cancellationToken);
        using OnnxEmbeddingGenerator embedding = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = model });
        return await EvaluationProgress.ShowAsync(error, async progress =>
        {
            CachingRelevanceJudge onceJudge = new(judge);
            IEvaluationEngine engine = await OpenEngineAsync(set, onceJudge, embedding, progress, cancellationToken);
            await using IAsyncDisposable? cluster = engine as IAsyncDisposable;
            string[] texts = [.. set.Queries.Select(static query => query.Text)];
            float[][] vectors = await embedding.EmbedAsync(texts, EmbeddingPurpose.Query, progress.Start("embedding queries", texts.Length), cancellationToken);

            SystemScores[] scores = [.. systems.Select(name => new SystemScores(name, set.Queries.Count))];
            long started = timeProvider.GetTimestamp();
            int notRecorded = await PlayQueriesAsync(set, vectors, engine, scores, files, progress, cancellationToken);
            if (notRecorded == set.Queries.Count)
            {
                throw new EvaluationException(
                    $"{settings.Judge.File} holds no query with its whole sample; check that it was recorded with this model, set and sample size");
            }

            files?.Write(engine.Name, onceJudge.Name.Split(':')[0]);
            return new EvaluationReport
            {
                Dataset = set.Name,
                Split = set.Split,
                Documents = set.Documents.Count,
                Queries = set.Queries.Count - notRecorded,
                QueriesWithoutRelevant = set.QueriesWithoutRelevant,
                QueriesNotRecorded = notRecorded,
                Engine = engine.Name,
                EngineVersion = engine.Version,
                Depth = engine.Depth,
                Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))),
                Judge = onceJudge.Name,
                Sample = settings.Sample,
                Judgments = onceJudge.JudgedCount,
                Seconds = Math.Round(timeProvider.GetElapsedTime(started).TotalSeconds, 3),
                Systems = [scores[0].Report(baseline: null), scores[1].Report(scores[0]), .. scores[2..].Select(rule => rule.ReportRule(scores[0]))],
            };
        });
    }

    private async Task<IEvaluationEngine> OpenEngineAsync(
        EvaluationSet set, IRelevanceJudge judge, OnnxEmbeddingGenerator embedding, EvaluationProgress progress, CancellationToken cancellationToken)
    {
        string fingerprint = embedding.ComputeFingerprint();
        VectorCache cache = new(VectorCache.DefaultFolder(), timeProvider);
        Func<Task<VectorTable>> readVectors = () =>
        {
            string[] texts = [.. set.Documents.Select(static document => document.FullText)];
            return cache.ReadOrEmbedAsync(embedding, fingerprint, texts, progress.Start("embedding documents", texts.Length), cancellationToken);
        };
        return settings.Cluster is null
            ? new ExactEngine(set, await readVectors(), judge, settings.Task, settings.Sample)
            : await ClusterEngine.OpenAsync(settings, set, judge, fingerprint, embedding.Dimensions, readVectors, progress, cancellationToken);
    }

    /// <returns>The number of queries left out because the recording lacks one of their hits.</returns>
    private async Task<int> PlayQueriesAsync(
        EvaluationSet set, float[][] vectors, IEvaluationEngine engine, SystemScores[] scores, RunFiles? files, EvaluationProgress progress,
        CancellationToken cancellationToken)
    {
        IProgress<int> playing = progress.Start("playing queries", set.Queries.Count);
        int done = 0;
        int notRecorded = 0;
        try
        {
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(set.Queries.Index(), parallel, async (entry, token) =>
            {
                PlayedQuery played = await engine.PlayAsync(entry.Item, vectors[entry.Index], settings.Rules, token);
                if (RelevanceJudges.Find(settings.Judge.Kind)?.Source == JudgmentSource.Recording && played.Sample.Any(static hit => hit.Judgment is null))
                {
                    Interlocked.Increment(ref notRecorded);
                }
                else
                {
                    Score(entry.Index, entry.Item.Judgments, played, scores, files);
                }

                playing.Report(Interlocked.Increment(ref done));
            });
        }
        catch when (files?.SaveJudgments() is { } saved)
        {
            await error.WriteLineAsync(
                $"the judgments so far are in {saved}: --judge recorded:{saved} replays them without the other queries; "
                + "the same command judges all pairs again");
            throw;
        }

        return notRecorded;
    }

    private static void Score(int query, TopicJudgments judgments, PlayedQuery played, SystemScores[] scores, RunFiles? files)
    {
        RefinedRanking[] rankings = [new(played.Direct, 0), new(Reranking.Of(played.Direct, played.Sample), 0), .. played.Refined];
        for (int system = 0; system < scores.Length; system++)
        {
            scores[system].Measure(query, rankings[system].Ranking, judgments, rankings[system].Angle);
        }

        files?.Keep(query, played.Sample, rankings.Select(static ranking => ranking.Ranking));
    }
}
