using System.Diagnostics;
using System.Diagnostics.Metrics;
using EsRefine.Judging;

namespace EsRefine.Telemetry;

/// <summary>Everything EsRefine measures, in OpenTelemetry's terms; recorded in one place per stage.</summary>
internal static class EsRefineMeter
{
    public const string Name = "EsRefine";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("esrefine.search.duration", "s", "Time a search spent on being refined, by outcome.");

    private static readonly Histogram<double> StageDuration =
        Meter.CreateHistogram<double>("esrefine.stage.duration", "s", "Time per stage of a search.");

    private static readonly Counter<long> Judgments =
        Meter.CreateCounter<long>("esrefine.judgments", "{judgment}", "Judgments that arrived in time.");

    /// <summary>Records one search that held a kNN clause, or was too large to tell.</summary>
    public static void RecordSearch(RefinementSummary summary, TimeSpan duration)
    {
        if (summary.Outcome == RefinementOutcome.NoKnnClause)
        {
            return;
        }

        SearchDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", summary.Outcome.ToName()));
        RecordStage("recognize", summary.Timings.Recognize);
        RecordStage("sample", summary.Timings.Sample);
        RecordStage("judge", summary.Timings.Judge);
        RecordStage("refine", summary.Timings.Refine);
    }

    /// <summary>Records the judgments of one sample.</summary>
    public static void RecordJudgments(IReadOnlyList<Judgment?> judgments) => Judgments.Add(judgments.Count(static judgment => judgment is not null));

    private static void RecordStage(string stage, TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
        {
            StageDuration.Record(duration.TotalSeconds, new TagList { { "stage", stage } });
        }
    }
}
