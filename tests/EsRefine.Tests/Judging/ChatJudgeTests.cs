using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Judging;

public sealed class ChatJudgeTests
{
    [Fact]
    public async Task Probability_is_yes_over_yes_plus_no_in_every_spelling()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Says(
            ("Yes", 0.30), (" Yes", 0.10), ("YES.", 0.05), ("**yes**", 0.03), ("▁Yes", 0.02),
            ("no\n", 0.20), ("ĠNO", 0.10), ("Not", 0.08), ("Yesterday", 0.05), ("Maybe", 0.02)));

        Judgment? judgment = await trial.JudgeOneAsync();

        Assert.NotNull(judgment);
        Assert.Equal(0.50, judgment.Value.Yes, 1e-9);
        Assert.Equal(0.30, judgment.Value.No, 1e-9);
        Assert.Equal(0.625, judgment.Value.Probability, 1e-6);
    }

    [Fact]
    public async Task Second_position_is_used_if_the_first_is_neither_yes_nor_no()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.SaysInTurn([("\n", 0.99)], [("No", 0.75), ("Yes", 0.25)], [("Yes", 1)]));

        Assert.Equal(0.25, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6);
    }

    [Fact]
    public async Task First_position_is_used_even_if_the_second_is_more_certain()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.SaysInTurn([("The", 0.9), ("Yes", 0.002), ("No", 0.008)], [("Yes", 0.99)]));

        Assert.Equal(0.2, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6);
    }

    [Fact]
    public async Task Hit_with_little_mass_on_yes_and_no_gets_no_judgment_and_is_logged()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Says(("The", 0.9), ("Yes", 0.00006), ("No", 0.00003)));

        Assert.Null(await trial.JudgeOneAsync());
        Assert.Equal(304, trial.Log.LatestRecord.Id.Id);
    }

    [Fact]
    public async Task Refusal_by_a_content_filter_is_a_judgment_of_one_half()
    {
        JsonObject filtered = ChatScripts.Completion(text: null, logprobs: null, finishReason: "content_filter");
        JsonObject refused = ChatScripts.Completion(text: null, logprobs: null);
        refused["choices"]![0]!["message"]!["refusal"] = "I cannot help with that.";
        ChatScript[] answers = [ChatScripts.Json(200, filtered), ChatScripts.Json(200, refused), ChatScripts.Error(400, "content_filter")];
        foreach (ChatScript answer in answers)
        {
            await using JudgeTrial trial = await JudgeTrial.StartAsync(answer);

            Assert.Equal(0.5f, (await trial.JudgeOneAsync())!.Value.Probability);
            Assert.Single(trial.Server.Calls);
        }
    }

    [Fact]
    public async Task Request_asks_for_two_tokens_with_log_probabilities_at_temperature_0()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Says(("Yes", 1)), settings => settings with { TopLogprobs = 7 });

        await trial.JudgeOneAsync();

        JsonElement body = Assert.Single(trial.Server.Calls).Body;
        Assert.Equal("scripted", body.GetProperty("model").GetString());
        Assert.Equal("user", body.GetProperty("messages")[0].GetProperty("role").GetString());
        Assert.Equal(1, body.GetProperty("messages").GetArrayLength());
        Assert.Equal(2, body.GetProperty("max_tokens").GetInt32());
        Assert.Equal(0, body.GetProperty("temperature").GetInt32());
        Assert.Equal(42, body.GetProperty("seed").GetInt32());
        Assert.True(body.GetProperty("logprobs").GetBoolean());
        Assert.Equal(7, body.GetProperty("top_logprobs").GetInt32());
        Assert.False(body.TryGetProperty("chat_template_kwargs", out _));
    }

    [Fact]
    public async Task One_call_is_made_per_document()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Says(("Yes", 0.6), ("No", 0.4)));

        IReadOnlyList<Judgment?> judgments = await trial.JudgeAsync([.. Enumerable.Range(0, 20).Select(static i => $"document {i}.")]);

        Assert.All(judgments, static judgment => Assert.Equal(0.6f, judgment!.Value.Probability, 1e-6f));
        Assert.Equal(20, trial.Server.Calls.Count);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Single(trial.Server.Calls, call => call.Prompt.Contains($"document {i}.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Calls_in_flight_stay_within_the_concurrency_over_all_searches()
    {
        using SemaphoreSlim arrived = new(0);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ChatScript answer = ChatScripts.Says(("Yes", 1));
        await using JudgeTrial trial = await JudgeTrial.StartAsync(
            async (context, call) =>
            {
                arrived.Release();
                await release.Task;
                await answer(context, call);
            },
            settings => settings with { Concurrency = 3 });

        Task<IReadOnlyList<Judgment?>>[] searches = [trial.JudgeAsync("a", "b", "c", "d", "e"), trial.JudgeAsync("f", "g", "h", "i", "j")];
        for (int i = 0; i < 3; i++)
        {
            await arrived.WaitAsync(TestContext.Current.CancellationToken);
        }

        release.SetResult();
        await Task.WhenAll(searches);

        Assert.Equal(3, trial.Server.MostInFlight);
        Assert.Equal(10, trial.Server.Calls.Count);
    }

    [Fact]
    public async Task Judgment_is_written_while_other_calls_are_pending()
    {
        ChatScript answer = ChatScripts.Says(("Yes", 1));
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            call.Prompt.Contains("slow", StringComparison.Ordinal) ? ChatScripts.HangBeforeHeaders(context, call) : answer(context, call),
            settings => settings with { Concurrency = 1 });
        using CancellationTokenSource deadline = new();
        JudgmentSheet sheet = new(2);

        // One place only: when the slow call has arrived, the quick one before it is done.
        Task judging = trial.Judge.JudgeAsync(Some.Task("quick", "slow"), sheet, deadline.Token);
        await UntilAsync(() => trial.Server.Calls.Count == 2);
        IReadOnlyList<Judgment?> atDeadline = sheet.Close();
        await deadline.CancelAsync();

        Assert.Equal(1f, atDeadline[0]!.Value.Probability);
        Assert.Null(atDeadline[1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judging);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_ends_running_and_waiting_calls(bool inBody)
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(
            inBody ? ChatScripts.HangInBody : ChatScripts.HangBeforeHeaders, settings => settings with { Concurrency = 2 });
        using CancellationTokenSource deadline = new();
        Task judging = trial.Judge.JudgeAsync(Some.Task("a", "b", "c", "d"), new JudgmentSheet(4), deadline.Token);
        await UntilAsync(() => trial.Server.InFlight == 2);

        await deadline.CancelAsync();

        // The server's request is canceled too. Otherwise it would keep generating.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judging);
        await UntilAsync(() => trial.Server.InFlight == 0);
        Assert.Equal(2, trial.Server.Calls.Count);
    }

    [Fact]
    public async Task Key_is_sent_and_never_logged()
    {
        const string Variable = "ESREFINE_TEST_JUDGE_KEY_SENT";
        Environment.SetEnvironmentVariable(Variable, " sk-secret-1234\n");
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Error(401, "sk-secret-1234 is wrong"),
            settings => settings with { ApiKeyEnv = Variable });

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync());

        Assert.Equal("Bearer sk-secret-1234", Assert.Single(trial.Server.Calls).Authorization);
        Assert.Contains("judge.apiKeyEnv", failure.Message, StringComparison.Ordinal);
        string told = failure + string.Concat(trial.Log.Collector.GetSnapshot().Select(static record => record.Message));
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_string_of_the_url_is_kept()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(
            ChatScripts.Says(("Yes", 1)), settings => settings with { Url = new Uri(settings.Url + "/?api-version=2026-01-01") });

        await trial.JudgeOneAsync();

        Assert.Equal("?api-version=2026-01-01", Assert.Single(trial.Server.Calls).QueryString);
    }

    [Fact]
    public async Task Document_with_a_lone_surrogate_is_judged()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Says(("Yes", 1)));

        Assert.NotNull(await trial.JudgeOneAsync("broken \ud83d text"));
        Assert.Contains("broken \ufffd text", Assert.Single(trial.Server.Calls).Prompt, StringComparison.Ordinal);
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
