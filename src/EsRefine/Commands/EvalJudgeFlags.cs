using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>The judge of <c>esrefine eval</c>: <c>--judge</c> and the flags of judge settings, without those that the evaluation set supplies.</summary>
internal sealed class EvalJudgeFlags
{
    // --data supplies labels and queries. In this verb, --queries limits the number of queries.
    private static readonly string[] SuppliedBySet = [nameof(JudgeSettings.File), nameof(JudgeSettings.Queries)];

    private readonly SettingGroup _group = (SettingGroup)EsRefineSettings.Tree.At("judge");
    private readonly Option<string?> _judge;
    private readonly List<(Setting Setting, Option<string[]> Option)> _settings;

    public EvalJudgeFlags(Command command)
    {
        _judge = new(_group.Attribute.Flag!)
        {
            Description = $"{string.Join("; ", RelevanceJudges.Kinds.Select(static kind => $"{Words(kind)}: {kind.Description}"))}. [required]",
            HelpName = _group.Attribute.Placeholder,
        };
        _settings =
        [
            .. _group.Children
                .Where(static setting => setting.Attribute.Flag is not null && !SuppliedBySet.Contains(setting.PropertyName))
                .Select(static setting => (setting, ConfigurationFlags.OptionFor(setting))),
        ];
        command.Add(_judge);
        foreach ((_, Option<string[]> option) in _settings)
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the judge's settings from the command line.</summary>
    /// <exception cref="ConfigurationException">The judge or one of its settings is missing or invalid.</exception>
    /// <exception cref="EvaluationFileException">The set's folder cannot be read.</exception>
    public JudgeSettings Read(ParseResult parsed, LabeledSet set)
    {
        string word = parsed.GetValue(_judge)
            ?? throw new ConfigurationException($"{_judge.Name} {_judge.HelpName} is missing; esrefine eval --help shows examples");
        Reading reading = new();
        ConfigurationNode node = _group.ReadFlag(word, new(_judge.Name), reading.Errors);
        foreach ((Setting setting, Option<string[]> option) in _settings)
        {
            if (parsed.GetValue(option) is [.., { } text])
            {
                SettingOrigin origin = new(option.Name);
                node = new ConfigurationMapping(origin, [new(setting.Name, origin, setting.ReadFlag(text, origin, reading.Errors))]).Over(node, reading.Errors);
            }
        }

        if (!_group.TryRead(node, _group.Path, reading, out object read) || reading.Errors.Count > 0)
        {
            throw new ConfigurationException(reading.Errors);
        }

        JudgeKind kind = RelevanceJudges.Find(((JudgeSettings)read).Kind)!;
        JudgeSettings judge = kind.ForSet((JudgeSettings)read, set);
        return kind.Missing(_group, judge).FirstOrDefault() is not { } missing ? judge : throw new ConfigurationException(
            $"{_judge.Name} {word} requires {FlagOf(kind, missing)}; esrefine eval --help shows an example");
    }

    private static string Words(JudgeKind kind) => string.Join(", ", kind.Words.Select(static word => word.Usage));

    // A setting that the set supplies for other kinds is written after the colon, as in --judge recorded:FILE.
    private string FlagOf(JudgeKind kind, Setting missing) => SuppliedBySet.Contains(missing.PropertyName)
        ? $"its {missing.Name}: {_judge.Name} {kind.Words[0].Usage}"
        : $"{missing.Attribute.Flag} {missing.Attribute.Placeholder}";
}
