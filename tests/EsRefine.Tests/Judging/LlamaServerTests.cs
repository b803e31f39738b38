using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>A real OpenAI-compatible server, llama.cpp's: what it once answered, and what it answers now.</summary>
public sealed class LlamaServerTests
{
    [Fact]
    public async Task Recorded_replies_are_parsed_correctly()
    {
        string? recorded = SharedMaterial.Find("llm/recorded.jsonl");
        Assert.SkipWhen(recorded is null, SharedMaterial.Missing);
        int completions = 0;
        int refusals = 0;
        foreach (string line in await File.ReadAllLinesAsync(recorded, TestContext.Current.CancellationToken))
        {
            using JsonDocument exchange = JsonDocument.Parse(line);
            JsonElement response = exchange.RootElement.GetProperty("response");
            HttpStatusCode status = (HttpStatusCode)response.GetProperty("status").GetInt32();
            string body = response.GetProperty("body").GetString()!;
            if (status != HttpStatusCode.OK)
            {
                ChatReply refusal = ChatReply.Read(status, Encoding.UTF8.GetBytes(body));
                Assert.Null(refusal.Verdict);
                Assert.EndsWith("_error", refusal.Error, StringComparison.Ordinal);
                refusals++;
            }
            else if (body.Contains("\"chat.completion\"", StringComparison.Ordinal))
            {
                Assert.Equal(ExpectedOf(body), ChatReply.Read(status, Encoding.UTF8.GetBytes(body)).Verdict!.Value.Judgment?.Probability);
                completions++;
            }
            else
            {
                // Lists of models, health, a stream: nothing of these is a chat completion.
                Assert.Throws<JsonException>(() => ChatReply.Read(status, Encoding.UTF8.GetBytes(body)));
            }
        }

        Assert.Equal((6, 6), (completions, refusals));
    }

    [Fact]
    public async Task Probability_equals_that_of_the_servers_log_probabilities()
    {
        string? serve = SharedMaterial.Find("llm/serve");
        Assert.SkipWhen(serve is null, SharedMaterial.Missing);
        Uri url = await StartAsync(serve);
        ConcurrentDictionary<string, string> replies = [];
        await using JudgeTrial trial = await JudgeTrial.StartAsync(async (context, call) =>
        {
            string reply = await AskAsync(new Uri(url, "/v1/chat/completions"), call.Body.GetRawText());
            replies[call.Prompt] = reply;
            await ChatScripts.Raw(200, "application/json", reply)(context, call);
        });
        string[] documents = ["how do i transfer money to savings", "what is the weather in paris", "move my savings", "how do I", "😀 savings"];

        IReadOnlyList<Judgment?> judgments = await trial.JudgeAsync(documents);

        // The server's numbers differ in the third digit under load, so the test parses one reply twice instead of asking twice.
        Assert.Equal(documents.Length, trial.Server.Calls.Count);
        Assert.Equal(
            documents.Select(document => ExpectedOf(replies[JudgePrompt.Of(Some.Query, null, document)])),
            judgments.Select(static judgment => judgment?.Probability));
        Assert.True(judgments.Distinct().Count() > 1);
    }

    /// <summary>The paper's reading of a reply, written down a second time and as plainly as possible.</summary>
    private static float? ExpectedOf(string body)
    {
        using JsonDocument reply = JsonDocument.Parse(body);
        JsonElement choice = reply.RootElement.GetProperty("choices")[0];
        if (!choice.TryGetProperty("logprobs", out JsonElement logprobs))
        {
            return choice.GetProperty("message").GetProperty("content").GetString()!.Trim().ToUpperInvariant() switch { "YES" => 1, "NO" => 0, _ => null };
        }

        foreach (JsonElement position in logprobs.GetProperty("content").EnumerateArray().Take(2))
        {
            ILookup<string, double> masses = position.GetProperty("top_logprobs").EnumerateArray().ToLookup(
                static alternative => alternative.GetProperty("token").GetString()!.Trim(' ', '.', ',', '!', '*', '"', '\n').ToUpperInvariant(),
                static alternative => Math.Exp(alternative.GetProperty("logprob").GetDouble()));
            double yes = masses["YES"].Sum();
            double no = masses["NO"].Sum();
            if (yes + no > 1e-4)
            {
                return (float)(yes / (yes + no));
            }
        }

        return null;
    }

    private static async Task<string> AskAsync(Uri url, string body)
    {
        using HttpMessageInvoker http = new(new SocketsHttpHandler());
        using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json")) };
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts the server where it does not run yet. It stays: the next run finds it warm.</summary>
    private static async Task<Uri> StartAsync(string serve)
    {
        using Process process = Process.Start(new ProcessStartInfo(serve, "up") { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return new Uri(output.Trim().Split('\n')[^1]);
    }
}
