using EsRefine.Configuration;
using EsRefine.Refinement;
using EsRefine.Upstream;

namespace EsRefine;

/// <summary>An index and a field with all that was decided for them: the caller's wishes over the target's settings over the general ones.</summary>
internal sealed record Target
{
    public required RefinementMode Mode { get; init; }

    public required IRefinementRule Rule { get; init; }

    public required TimeSpan Deadline { get; init; }

    /// <summary>Hits to judge.</summary>
    public required int SampleSize { get; init; }

    public required RefinementGuards Guards { get; init; }

    /// <summary>What relevance means here, for the judge; null = its general wording.</summary>
    public string? Task { get; init; }

    /// <summary>Fields of _source that hold the text; empty = all text fields of the mapping.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    /// <summary>What embeds the text of clauses that hold no vector; null = nothing: they pass.</summary>
    public QueryModel? Model { get; init; }

    /// <summary>The fields whose text is judged.</summary>
    public IReadOnlyList<string> TextFields(FieldMapping mapping) => Text.Count > 0 ? Text : mapping.TextFields;
}

/// <summary>Whose model embeds the text of a clause that holds no vector.</summary>
internal enum QueryModel
{
    /// <summary>Ours: <c>model.folder</c>, which the operator says is the one the field was made with.</summary>
    Local,

    /// <summary>The cluster's, which the clause names.</summary>
    Upstream,
}

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
        RefinementMode mode = _settings.Targets.Count > 0 && found is null ? RefinementMode.Off : search.Mode ?? found?.Mode ?? _settings.Mode;
        return new Target
        {
            Mode = mode,
            Rule = search.Rule ?? _rules[found?.Rule ?? _settings.Rule],
            Deadline = search.Deadline ?? TimeSpan.FromMilliseconds(found?.DeadlineMs ?? _settings.DeadlineMs),
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
            .. met.Where(target => (search.Mode ?? target.Mode ?? _settings.Mode) != RefinementMode.Off)
                .Select(target => target.DeadlineMs ?? _settings.DeadlineMs),
        ];
        return deadlines.Length == 0 ? null : search.Deadline ?? TimeSpan.FromMilliseconds(deadlines.Min());
    }
}

/// <summary>Index patterns of targets.</summary>
internal static class IndexPattern
{
    /// <summary>Whether every part of an index expression, as it stands in the path, falls under a pattern with <c>*</c>.</summary>
    /// <param name="pattern">A name, or a pattern.</param>
    /// <param name="expression">Comma-separated, percent-encoded; empty (all indices, or a PIT) falls under <c>*</c> alone.</param>
    public static bool Matches(string pattern, string expression)
    {
        if (pattern == "*")
        {
            return true;
        }

        if (expression.Length == 0)
        {
            return false;
        }

        foreach (string part in Uri.UnescapeDataString(expression).Split(','))
        {
            if (!System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, part, ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }
}
