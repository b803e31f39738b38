using EsRefine.Configuration;
using EsRefine.Refinement;
using EsRefine.Settings;

namespace EsRefine.Targets;

/// <summary>Finds the target of a clause. Rules are read once, at start.</summary>
internal sealed class TargetTable
{
    private readonly EsRefineSettings _settings;
    private readonly Dictionary<string, IRefinementRule> _rules = new(StringComparer.Ordinal);

    /// <exception cref="ConfigurationException">A rule that does not exist.</exception>
    public TargetTable(EsRefineSettings settings)
    {
        _settings = settings;
        LongestDeadline = TimeSpan.FromMilliseconds(
            settings.Targets.Select(target => target.DeadlineMs ?? settings.DeadlineMs).DefaultIfEmpty(settings.DeadlineMs).Max());
        foreach (string name in settings.Targets.Select(static target => target.Rule).OfType<string>().Append(settings.Rule))
        {
            _rules[name] = RefinementRules.TryParse(name, out IRefinementRule? rule)
                ? rule
                : throw new ConfigurationException($"rule must be {RefinementRules.Choice}, not '{name}'");
        }
    }

    /// <summary>The target of a clause on <paramref name="field"/>: the first whose pattern matches every part of the index expression.</summary>
    public Target Find(SearchRequest search, string field)
    {
        TargetSettings? found = null;
        foreach (TargetSettings candidate in _settings.Targets)
        {
            if ((candidate.Field is null || candidate.Field == field) && IndexPattern.Matches(candidate.Index, search.Index))
            {
                found = candidate;
                break;
            }
        }

        // Where targets are named, an index that none of them names is left alone.
        RefinementMode mode = _settings.Targets.Count > 0 && found is null ? RefinementMode.Off : ModeOf(search, found?.Mode);
        return new Target
        {
            Mode = mode,
            Rule = search.Rule ?? _rules[found?.Rule ?? _settings.Rule],
            Deadline = TimeOf(search, found?.DeadlineMs ?? _settings.DeadlineMs),
            SampleSize = found?.Sample ?? _settings.Sample,
            Guards = new RefinementGuards((float)_settings.MinSpread, (float)_settings.TrustRadius),
            Task = found?.Task,
            Text = found?.Text ?? [],
            Model = found?.Model,
        };
    }

    /// <summary>The longest deadline of any target: what has waited so long is too late for all.</summary>
    public TimeSpan LongestDeadline { get; }

    /// <summary>
    /// Time a search may take whose fields are not known yet: the shortest deadline of the targets it may meet. Null: none of them refines it.
    /// </summary>
    public TimeSpan? TimeFor(SearchRequest search)
    {
        IEnumerable<(RefinementMode? Mode, int? DeadlineMs)> met = _settings.Targets.Count == 0
            ? [(null, null)]
            : _settings.Targets.Where(target => IndexPattern.Matches(target.Index, search.Index)).Select(static target => (target.Mode, target.DeadlineMs));
        int[] deadlines =
        [
            .. met.Where(target => ModeOf(search, target.Mode) != RefinementMode.Off)
                .Select(target => target.DeadlineMs ?? _settings.DeadlineMs),
        ];
        return deadlines.Length == 0 ? null : TimeOf(search, deadlines.Min());
    }

    /// <summary>The operator's mode, which a caller can lower, but raise only where <c>allowModeHeader</c> says so.</summary>
    private RefinementMode ModeOf(SearchRequest search, RefinementMode? ofTarget)
    {
        RefinementMode set = ofTarget ?? _settings.Mode;
        return search.Mode is not { } asked ? set : _settings.AllowModeHeader ? asked : RefinementModes.Lower(asked, set);
    }

    private static TimeSpan TimeOf(SearchRequest search, int deadlineMs)
    {
        TimeSpan time = search.Deadline ?? TimeSpan.FromMilliseconds(deadlineMs);
        return search.TimeLeft is { } left && left < time ? left : time;
    }
}
