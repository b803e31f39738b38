using System.Diagnostics.Metrics;

namespace EsRefine.Telemetry;

/// <summary>All metrics of EsRefine, named by OpenTelemetry's conventions.</summary>
/// <remarks>The meter comes from the host's meter factory, so a test sees only its own measurements.</remarks>
internal sealed class EsRefineMeter
{
    public const string Name = "EsRefine";

    private readonly Histogram<double> _searchDuration;
    private readonly Histogram<double> _stageDuration;
    private readonly Counter<long> _judgments;

    public EsRefineMeter(IMeterFactory meters)
    {
        Meter meter = meters.Create(Name);
        _searchDuration = meter.CreateHistogram<double>("esrefine.search.duration", "s", "Time a search spent on being refined, by outcome.");
        _stageDuration = meter.CreateHistogram<double>("esrefine.stage.duration", "s", "Time per stage of a search.");
        _judgments = meter.CreateCounter<long>("esrefine.judgments", "{judgment}", "Judgments that arrived in time.");
    }

    /// <summary>Records one search that has a kNN clause or is too large to inspect.</summary>
    public void RecordSearch(RefinementSummary summary, TimeSpan duration)
    {
        if (summary.Outcome == RefinementOutcome.NoKnnClause)
        {
            return;
        }

        _searchDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", summary.Outcome.ToName()));
        RecordStage("recognize", summary.Timings.Recognize);
        RecordStage("sample", summary.Timings.Sample);
        RecordStage("judge", summary.Timings.Judge);
        RecordStage("refine", summary.Timings.Refine);
    }

    /// <summary>Records the judgments of one sample.</summary>
    public void RecordJudgments(int count) => _judgments.Add(count);

    private void RecordStage(string stage, TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
        {
            _stageDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));
        }
    }
}
