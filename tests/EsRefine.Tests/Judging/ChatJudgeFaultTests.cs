using System.Net;
using System.Net.Sockets;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>Faulty servers: the judge fails with a message that names the cause and a setting, and holds nothing of the document.</summary>
public sealed class ChatJudgeFaultTests
{
    private const string Secret = "the password is tulip";

    public static TheoryData<string, ChatScript, string> Faults => new()
    {
        { "garbage", ChatScripts.Raw(200, "application/json", "\u0001\u0002 not json"), "judge.url" },
        { "an empty body", ChatScripts.Raw(200, "application/json", ""), "judge.url" },
        { "a page", ChatScripts.Raw(200, "text/html", "<html><body>Welcome</body></html>"), "judge.url" },
        { "another type of content", ChatScripts.Raw(200, "text/event-stream", "data: {\"choices\":[]}\n\n"), "judge.url" },
        { "half a body", ChatScripts.Raw(200, "application/json", "{\"choices\":[{\"finish_reason\":\"stop\","), "judge.url" },
        { "null", ChatScripts.Raw(200, "application/json", "null"), "judge.url" },
        { "a list", ChatScripts.Raw(200, "application/json", "[]"), "judge.url" },
        { "no choices", ChatScripts.Raw(200, "application/json", "{\"choices\":[]}"), "judge.url" },
        { "null for a choice", ChatScripts.Raw(200, "application/json", "{\"choices\":[null]}"), "judge.url" },
        { "choices of another shape", ChatScripts.Raw(200, "application/json", "{\"choices\":\"yes\"}"), "judge.url" },
        { "a log-probability in words", Alternatives("{\"token\":\"Yes\",\"logprob\":\"high\"}"), "judge.url" },
        { "a log-probability above 0", Alternatives("{\"token\":\"Yes\",\"logprob\":1e300}"), "judge.url" },
        { "a number for a token", Alternatives("{\"token\":7,\"logprob\":-1}"), "judge.url" },
        { "neither log-probabilities nor an answer", ChatScripts.SaysInWords("As a language model"), "judge.model" },
        { "an endless reply", ChatScripts.Raw(200, "application/json", new string(' ', ChatClient.MaxReplyBytes + 1)), "judge.url" },
        { "a redirect", ChatScripts.Raw(302, "text/html", "moved"), "judge.url" },
        { "401", ChatScripts.Error(401, "invalid_api_key"), "judge.apiKeyEnv" },
        { "404", ChatScripts.Error(404, "model_not_found"), "judge.model" },
        { "429", ChatScripts.Error(429, "rate_limit_exceeded"), "judge.concurrency" },
        { "500", ChatScripts.Error(500, "server_error"), "see its log" },
        { "an error whose name is no text", ChatScripts.Raw(500, "application/json", """{"error":{"code":"\ud800"}}"""), "see its log" },
        { "503 in HTML", ChatScripts.Raw(503, "text/html", "<h1>" + Secret + "</h1>"), "see its log" },
        { "a reset", ChatScripts.Reset, "the server's log" },
        { "a reset in the body", ChatScripts.ResetInBody, "the server's log" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Fault_becomes_a_failure_that_names_a_setting_and_holds_no_text_of_the_prompt(string fault, ChatScript script, string remedy)
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(script);

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync(Secret));

        string told = failure.Message + string.Concat(trial.Log.Collector.GetSnapshot().Select(static record => record.Message));
        Assert.True(failure.Message.Contains(remedy, StringComparison.Ordinal), $"{fault}: {failure.Message}");
        Assert.DoesNotContain("tulip", told, StringComparison.Ordinal);
        Assert.DoesNotContain("savings", told, StringComparison.Ordinal);
        Assert.Single(trial.Server.Calls);
    }

    [Fact]
    public async Task Closed_port_is_reported_as_a_failed_connection()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using ChatJudge judge = new(
            new JudgeSettings { Kind = "chat", Url = new Uri($"http://user:password@127.0.0.1:{port}/v1"), Model = "any" },
            TimeProvider.System,
            new FakeLogger<ChatJudge>());

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(
            () => judge.JudgeAsync(Some.Task("a", "b"), new JudgmentSheet(2), TestContext.Current.CancellationToken));

        Assert.Equal(
            $"judge at http://127.0.0.1:{port}/v1/chat/completions: cannot connect; check judge.url and that the server is running", failure.Message);
    }

    [Fact]
    public async Task Body_that_ends_before_its_length_is_a_failure()
    {
        // Kestrel does not let a handler send a wrong length, so the server is a plain socket.
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task answering = Task.Run(async () =>
        {
            using Socket socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            byte[] buffer = new byte[64 * 1024];
            await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            ReadOnlyMemory<byte> reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"choices\":["u8.ToArray();
            await socket.SendAsync(reply, TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Both);
        }, TestContext.Current.CancellationToken);
        Uri url = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1");
        using ChatJudge judge = new(new JudgeSettings { Kind = "chat", Url = url, Model = "any" }, TimeProvider.System, new FakeLogger<ChatJudge>());

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(
            () => judge.JudgeAsync(Some.Task("a"), new JudgmentSheet(1), TestContext.Current.CancellationToken));

        Assert.Contains("before the reply was complete", failure.Message, StringComparison.Ordinal);
        await answering;
    }

    [Fact]
    public async Task One_failed_call_leaves_the_other_judgments_on_the_sheet()
    {
        ChatScript answer = ChatScripts.Says(("Yes", 1));
        ChatScript failing = ChatScripts.Error(500, "server_error");
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            (call.Prompt.Contains("bad", StringComparison.Ordinal) ? failing : answer)(context, call));
        JudgmentSheet sheet = new(3);

        await Assert.ThrowsAsync<JudgeException>(() => trial.Judge.JudgeAsync(Some.Task("good", "bad", "good"), sheet, TestContext.Current.CancellationToken));

        Assert.Equal([true, false, true], sheet.Close().Select(static judgment => judgment is not null));
        Assert.Equal((303, LogLevel.Warning), (trial.Log.LatestRecord.Id.Id, trial.Log.LatestRecord.Level));
    }

    [Fact]
    public async Task Unreachable_judge_is_logged_once_per_interval()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Error(500, "server_error"));
        for (int search = 0; search < 3; search++)
        {
            await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync());
        }

        Assert.Single(trial.Log.Collector.GetSnapshot(), static record => record.Id.Id == 303);
        trial.Time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync());
        Assert.Equal(2, trial.Log.Collector.GetSnapshot().Count(static record => record.Id.Id == 303));
    }

    [Fact]
    public async Task Server_that_never_answers_fails_by_timeout_without_a_deadline()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.HangInBody);
        Task judging = trial.JudgeOneAsync();
        await ChatJudgeTests.UntilAsync(() => trial.Server.InFlight == 1);

        trial.Time.Advance(Timeouts.JudgeCallTimeout);

        Assert.Contains("judge.concurrency", (await Assert.ThrowsAsync<JudgeException>(() => judging)).Message, StringComparison.Ordinal);
    }

    private static ChatScript Alternatives(string alternative) => ChatScripts.Raw(
        200,
        "application/json",
        $$$"""{"choices":[{"message":{"content":"Yes"},"logprobs":{"content":[{"token":"Yes","top_logprobs":[{{{alternative}}}]}]}}]}""");
}
