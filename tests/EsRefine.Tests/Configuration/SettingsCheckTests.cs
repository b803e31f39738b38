using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class SettingsCheckTests
{
    [Fact]
    public void Sidecar_without_a_cluster_says_how_to_name_one() => Assert.Equal(
        "no cluster to send searches to: pass --upstream http://localhost:9200, set ESREFINE__UPSTREAM__URLS__0, or upstream.urls in esrefine.yaml",
        Assert.Single(Configured.Faults("", needsUpstream: true)));

    [Fact]
    public void File_without_settings_is_told_whatever_the_environment_adds() => Assert.StartsWith(
        "esrefine.yaml:1:1: settings were expected",
        Assert.Single(Configured.Faults("- a", new() { ["ESREFINE__SAMPLE"] = "5" })),
        StringComparison.Ordinal);

    [Fact]
    public void Refused_URL_is_told_once() => Assert.Single(Configured.Faults("upstream: { urls: [nonsense] }", needsUpstream: true));

    [Theory]
    [InlineData("{ kind: chat }", "the chat judge needs judge.url", "the chat judge needs judge.model")]
    [InlineData("{ kind: chat, url: http://llm/v1 }", "the chat judge needs judge.model")]
    [InlineData("{ kind: qrels }", "the qrels judge needs judge.file", "the qrels judge needs judge.queries")]
    [InlineData("{ kind: recorded }", "the recorded judge needs judge.file", "the recorded judge needs judge.queries")]
    [InlineData("{ model: m }", "the judge needs judge.kind: chat, qrels or recorded")]
    [InlineData("{ kind: rerank }", "judge.kind must be chat, qrels or recorded, not 'rerank'")]
    [InlineData("{ kind: chat, url: http://llm/v1, model: m, concurrency: 0 }", "judge.concurrency must be a whole number of calls from 1 to 1000, not '0'")]
    [InlineData("{ kind: chat, url: http://llm/v1, model: m, topLogprobs: -1 }", "judge.topLogprobs must be a whole number of tokens from 0 to 100, not '-1'")]
    [InlineData("{ kind: chat, url: http://llm/v1, model: m, noise: loud }", "judge.noise must be none, llm or weak, not 'loud'")]
    public void Judge_needs_what_its_kind_needs(string judge, params string[] messages)
    {
        IReadOnlyList<string> faults = Configured.Faults($"judge: {judge}");
        Assert.Equal(messages.Length, faults.Count);
        Assert.All(messages.Zip(faults), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.StartsWith("esrefine.yaml:1:", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Variable_of_the_key_must_be_set()
    {
        const string Judge = "judge: { kind: chat, url: https://llm/v1, model: m, apiKeyEnv: KEY }";
        Assert.EndsWith(
            "judge.apiKeyEnv names the variable KEY, which is not set: set it, or remove apiKeyEnv if the server needs no key",
            Assert.Single(Configured.Faults(Judge)), StringComparison.Ordinal);
        Assert.Empty(Configured.By(Judge, new() { ["KEY"] = "secret" }).Warnings);
    }

    [Theory]
    [InlineData("127.0.0.1:7", "127.0.0.1:7", true)]
    [InlineData("127.0.0.1:7", "localhost:7", true)]
    [InlineData("127.0.0.1:7", "0.0.0.0:7", true)]
    [InlineData("*:7", "[::1]:7", true)]
    [InlineData("127.0.0.1:7", "127.0.0.2:7", false)]
    [InlineData("127.0.0.1:7", "127.0.0.1:8", false)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    public void Listeners_need_ports_of_their_own(string data, string grpc, bool collide)
    {
        string yaml = $"listen: {{ data: \"{data}\", grpc: \"{grpc}\" }}";
        if (collide)
        {
            Assert.EndsWith("need ports of their own", Assert.Single(Configured.Faults(yaml)), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(data, Configured.By(yaml).Settings.Listen.Data);
        }
    }

    [Theory]
    [InlineData("listen: { models: 127.0.0.1:9283 }",
        "the models listener needs a source of embeddings: "
            + "set a server to relay to (models.upstream, --models-upstream URL) or a local model (model.folder, --model DIR)")]
    [InlineData("listen: { models: 127.0.0.1:9282 }\nmodels: { upstream: http://llm }",
        "listen.admin (127.0.0.1:9282) and listen.models (127.0.0.1:9282) need ports of their own")]
    [InlineData("models: { upstream: https://api.openai.com/v1/ }",
        "models.upstream must not end with /v1: applications send that part themselves, and it is forwarded unchanged; set https://api.openai.com")]
    [InlineData("models: { purpose: both }", "models.purpose must be unspecified, query or document, not 'both'")]
    [InlineData("models: { memory: { entries: 0 } }", "models.memory.entries must be a whole number of texts from 1 to 10000000, not '0'")]
    public void Models_listener_reports_what_it_cannot_work_with(string yaml, string message) =>
        Assert.EndsWith(message, Assert.Single(Configured.Faults(yaml)), StringComparison.Ordinal);

    [Theory]
    [InlineData("cache: { redis: \"localhost:6379\", secretEnv: KEY }\nlisten: { models: 127.0.0.1:9283 }\nmodels: { upstream: http://llm }",
        "cache.redis is set but models.memory.tenant is not")]
    [InlineData("listen: { admin: \"*:9282\" }", "listen.admin is *:9282")]
    [InlineData("judge: { kind: chat, url: http://llm.example/v1, model: m, apiKeyEnv: KEY }", "judge.url is http://llm.example/v1")]
    public void What_may_surprise_is_a_warning(string yaml, string warning) => Assert.StartsWith(
        warning, Assert.Single(Configured.By(yaml, new() { ["KEY"] = "secret", ["SECRET"] = "secret" }).Warnings), StringComparison.Ordinal);
}
