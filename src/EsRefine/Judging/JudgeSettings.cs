using EsRefine.Configuration;

namespace EsRefine.Judging;

/// <summary>
/// Which judge, and how to reach it. The kinds and what each of them reads are in <see cref="RelevanceJudges.Kinds"/>. The record is partial so that a kind can
/// add settings of its own in the file of its judge.
/// </summary>
internal sealed partial record JudgeSettings
{
    [Setting("The kind of judge.", Example = "chat", IsSetInSample = true)]
    public required string Kind { get; init; }

    [Setting("Base URL of an OpenAI-compatible API, such as http://localhost:8085/v1.", Form = nameof(TextForms.HttpUrlWithQuery),
        Flag = "--judge-url", Placeholder = "URL", Example = "http://localhost:8085/v1", IsSetInSample = true)]
    public Uri? Url { get; init; }

    [Setting("The model's name, as GET /v1/models lists it.", Flag = "--judge-model", Placeholder = "NAME", Example = "mistral-small", IsSetInSample = true)]
    public string? Model { get; init; }

    [Setting("Environment variable that holds the API key. The key itself is never configured.",
        Form = nameof(TextForms.VariableName), Flag = "--judge-key-env", Placeholder = "VARIABLE", Example = "JUDGE_API_KEY")]
    public string? ApiKeyEnv { get; init; }

    [Setting("Calls in flight at once, over all searches.", Unit = "calls", Min = 1, Max = 1000)]
    public int Concurrency { get; init; } = 20;

    [Setting("Alternatives asked for per token. Some servers allow 5; 0 is for servers without log-probabilities.",
        Unit = "tokens", Min = 0, Max = 100, Flag = "--top-logprobs", Placeholder = "N")]
    public int TopLogprobs { get; init; } = 20;

    [Setting("The judgments. qrels: a TREC or BEIR qrels file. recorded: JSON lines with the probabilities of yes and no.",
        Form = nameof(TextForms.File), Flag = "--judge-file", Placeholder = "FILE", Example = "qrels/test.tsv")]
    public string? File { get; init; }

    [Setting("A BEIR queries.jsonl file. It gives the id of a query by its text.",
        Form = nameof(TextForms.File), Flag = "--queries", Placeholder = "FILE", Example = "queries.jsonl")]
    public string? Queries { get; init; }

    [Setting("Reproducible errors put on the labels, as large as those of a language model (llm) or of a weak one (weak).", Words = ["none", "llm", "weak"])]
    public string Noise { get; init; } = "none";

    /// <summary>Null: all lines.</summary>
    [Setting("The set to read from a file that holds several.", Example = "clinc150")]
    public string? Set { get; init; }
}

/// <summary>The setting of a judge: it may be of any of the <see cref="RelevanceJudges.Kinds"/>.</summary>
internal sealed class JudgeSettingAttribute(string description) : SettingAttribute(description)
{
    public override IReadOnlyList<SettingsKind> Kinds => RelevanceJudges.Kinds;
}
