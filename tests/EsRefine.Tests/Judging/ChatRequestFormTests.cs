using System.Text.Json.Nodes;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>The judge learns the request form that a server accepts from its first replies, and nothing else.</summary>
public sealed class ChatRequestFormTests
{
    private static readonly ChatScript Yes = ChatScripts.Says(("Yes", 0.8), ("No", 0.2));
    private static readonly ChatScript BadRequest = ChatScripts.Error(400, "invalid_value");

    [Fact]
    public async Task Server_that_allows_five_alternatives_is_asked_for_five_from_then_on()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            (call.Body.GetProperty("top_logprobs").GetInt32() > 5 ? BadRequest : Yes)(context, call));

        Assert.Equal(0.8f, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6f);
        Assert.Equal(0.8f, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6f);

        Assert.Equal([20, 5, 5], trial.Server.Calls.Select(static call => call.Body.GetProperty("top_logprobs").GetInt32()));
        Assert.Equal(300, trial.Log.LatestRecord.Id.Id);
    }

    [Fact]
    public async Task Server_that_wants_the_parameters_of_reasoning_models_gets_them()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            (call.Has("max_tokens") || call.Has("temperature") ? BadRequest : Yes)(context, call));

        Assert.Equal(0.8f, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6f);

        ChatCall accepted = trial.Server.Calls.Last();
        Assert.Equal(20, accepted.Body.GetProperty("top_logprobs").GetInt32());
        Assert.Equal(2, accepted.Body.GetProperty("max_completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("Yes, it is.", 1)]
    [InlineData("**No**", 0)]
    public async Task Text_is_read_with_a_warning_if_the_server_rejects_log_probabilities(string text, float probability)
    {
        ChatScript words = ChatScripts.SaysInWords(text);
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) => (call.Has("logprobs") ? BadRequest : words)(context, call));

        Assert.Equal(probability, (await trial.JudgeOneAsync())!.Value.Probability);
        await trial.JudgeOneAsync();

        Assert.Single(trial.Log.Collector.GetSnapshot(), static record => record.Id.Id == 301);
        Assert.False(trial.Server.Calls.Last().Has("logprobs"));
    }

    [Fact]
    public async Task Text_is_read_if_the_server_omits_log_probabilities()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.SaysInWords("No"));

        Assert.Equal(0f, (await trial.JudgeOneAsync())!.Value.Probability);
        Assert.Single(trial.Server.Calls);
    }

    [Fact]
    public async Task Refusal_after_a_success_does_not_change_the_form()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            (call.Prompt.Contains("too long", StringComparison.Ordinal) ? ChatScripts.Error(400, "context_length_exceeded") : Yes)(context, call));
        await trial.JudgeOneAsync();

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync("too long"));

        Assert.Contains("HTTP 400 (context_length_exceeded)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, trial.Server.Calls.Count);
    }

    [Fact]
    public async Task Refusal_of_every_form_is_a_failure_and_settles_no_form()
    {
        bool isRefusing = true;
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) => (isRefusing ? BadRequest : Yes)(context, call));

        await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync());
        int tried = trial.Server.Calls.Count;
        isRefusing = false;
        await trial.JudgeOneAsync();

        Assert.Equal(ChatRequestForm.Ladder(20).Count, tried);
        Assert.Equal(20, trial.Server.Calls.Last().Body.GetProperty("top_logprobs").GetInt32());
    }

    [Fact]
    public async Task Only_one_hit_tries_every_form()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync(BadRequest);
        string[] texts = [.. Enumerable.Range(0, 20).Select(static i => $"document {i}")];

        await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeAsync(texts));

        Assert.Equal(texts.Length + ChatRequestForm.Ladder(20).Count - 1, trial.Server.Calls.Count);
    }

    [Fact]
    public async Task Concurrently_refused_hits_use_the_form_that_one_of_them_found()
    {
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) =>
            (call.Body.GetProperty("top_logprobs").GetInt32() > 5 ? BadRequest : Yes)(context, call));
        string[] texts = [.. Enumerable.Range(0, 20).Select(static i => $"document {i}")];

        Assert.DoesNotContain(null, await trial.JudgeAsync(texts));
        Assert.InRange(trial.Server.Calls.Count, texts.Length + 1, 2 * texts.Length);
    }

    [Fact]
    public async Task Call_is_repeated_with_reasoning_switched_off()
    {
        ChatScript thinking = ChatScripts.SaysInTurn([("<think>", 1)], [("Okay", 0.9), ("Yes", 0.1)]);
        await using JudgeTrial trial = await JudgeTrial.StartAsync((context, call) => (call.Has("chat_template_kwargs") ? Yes : thinking)(context, call));

        Assert.Equal(0.8f, (await trial.JudgeOneAsync())!.Value.Probability, 1e-6f);
        await trial.JudgeOneAsync();

        Assert.Equal([false, true, true], trial.Server.Calls.Select(static call => call.Has("chat_template_kwargs")));
        Assert.False(trial.Server.Calls.Last().Body.GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean());
    }

    [Fact]
    public async Task Reasoning_that_cannot_be_switched_off_is_a_failure_that_names_the_model()
    {
        JsonObject thinking = ChatScripts.Completion(text: "", logprobs: null);
        thinking["choices"]![0]!["message"]!["reasoning_content"] = "Okay, the user";
        await using JudgeTrial trial = await JudgeTrial.StartAsync(ChatScripts.Json(200, thinking));

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(() => trial.JudgeOneAsync());

        Assert.Contains("judge.model", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, trial.Server.Calls.Count);
    }
}
