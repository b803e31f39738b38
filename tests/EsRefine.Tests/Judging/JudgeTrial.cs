using EsRefine.Judging;
using EsRefine.TestSupport;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>A chat judge in front of a scripted server, with its log and its clock.</summary>
internal sealed class JudgeTrial : IAsyncDisposable
{
    private JudgeTrial(ScriptedChatServer server, JudgeSettings settings)
    {
        Server = server;
        Judge = new ChatJudge(settings, Time, Log);
    }

    public ScriptedChatServer Server { get; }

    public ChatJudge Judge { get; }

    public FakeLogger<ChatJudge> Log { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public static async Task<JudgeTrial> StartAsync(ChatScript script, Func<JudgeSettings, JudgeSettings>? change = null)
    {
        ScriptedChatServer server = await ScriptedChatServer.StartAsync(script);
        JudgeSettings settings = new() { Kind = "chat", Url = server.Url, Model = "scripted" };
        return new(server, change?.Invoke(settings) ?? settings);
    }

    /// <summary>The judgment of a single hit.</summary>
    public async Task<Judgment?> JudgeOneAsync(string text = "a document") => (await JudgeAsync(text))[0];

    public async Task<IReadOnlyList<Judgment?>> JudgeAsync(params string[] texts)
    {
        JudgmentSheet sheet = new(texts.Length);
        await Judge.JudgeAsync(Some.Task(texts), sheet, TestContext.Current.CancellationToken);
        return sheet.Close();
    }

    public async ValueTask DisposeAsync()
    {
        Judge.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>Placeholder values for tests.</summary>
internal static class Some
{
    public const string Query = "how do I move my savings";

    public static JudgingTask Task(params string[] texts) =>
        new(Query, Instruction: null, [.. texts.Select(static (text, i) => new JudgedDocument($"d{i}", text))]);
}
