using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>The judge of <c>esrefine eval</c>: <c>--judge</c> and the flags of judge settings, without those that the evaluation set supplies.</summary>
internal sealed class EvalJudgeFlags
{
    // Labels and queries come from --data; --queries is the number of queries there.
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

    /// <summary>The judge that the command line names.</summary>
    /// <exception cref="ConfigurationException">There is none, it lacks a setting, or one cannot work.</exception>
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
            $"{_judge.Name} {word} needs {FlagOf(kind, missing)}; esrefine eval --help shows an example");
    }

    private static string Words(JudgeKind kind) => string.Join(", ", kind.Words.Select(static word => word.Usage));

    // What the set would supply and this kind does not take from it stands behind the colon.
    private string FlagOf(JudgeKind kind, Setting missing) => SuppliedBySet.Contains(missing.PropertyName)
        ? $"its {missing.Name}: {_judge.Name} {kind.Words[0].Usage}"
        : $"{missing.Attribute.Flag} {missing.Attribute.Placeholder}";
}
