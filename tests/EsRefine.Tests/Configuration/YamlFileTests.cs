using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class YamlFileTests
{
    [Fact]
    public void Every_setting_of_a_file_arrives_in_the_records()
    {
        EsRefineSettings settings = Configured.By("""
            upstream: { urls: [http://one:9200, https://two/prefix], mappingAuthorization: ApiKey abc }
            listen: { data: 0.0.0.0:1, grpc: "[::1]:2", admin: localhost:3 }
            mode: shadow
            deadlineMs: 700
            sample: 30
            rule: kl-adam
            trustRadius: 0.4
            minSpread: 0.1
            maxSearchBodyBytes: 2048
            maxConcurrentSearches: 8
            judge: { kind: chat, url: http://llm/v1, model: m, apiKeyEnv: KEY, concurrency: 4, topLogprobs: 5 }
            targets:
              - { index: "utterances-*", field: vector, text: [title, body], task: "Same intent?", rule: rocchio@0.5,
                  mode: off, deadlineMs: 5, sample: 6, model: upstream }
              - index: other
                text: body
            """, new() { ["KEY"] = "secret" }).Settings;

        Assert.Equal([new("http://one:9200"), new("https://two/prefix")], settings.Upstream.Urls);
        Assert.Equal("ApiKey abc", settings.Upstream.MappingAuthorization);
        Assert.Equal(new ListenSettings { Data = "0.0.0.0:1", Grpc = "[::1]:2", Admin = "localhost:3" }, settings.Listen);
        Assert.Equal((RefinementMode.Shadow, 700, 30, "kl-adam"), (settings.Mode, settings.DeadlineMs, settings.Sample, settings.Rule));
        Assert.Equal((0.4, 0.1, 2048, 8), (settings.TrustRadius, settings.MinSpread, settings.MaxSearchBodyBytes, settings.MaxConcurrentSearches));
        JudgeSettings judge = new() { Kind = "chat", Url = new("http://llm/v1"), Model = "m", ApiKeyEnv = "KEY", Concurrency = 4, TopLogprobs = 5 };
        Assert.Equal(judge, settings.Judge);
        TargetSettings target = settings.Targets[0];
        Assert.Equal(["title", "body"], target.Text);
        Assert.Equal(("utterances-*", "vector", "Same intent?", "rocchio@0.5"), (target.Index, target.Field, target.Task, target.Rule));
        Assert.Equal((RefinementMode.Off, 5, 6, QueryModel.Upstream), (target.Mode, target.DeadlineMs, target.Sample, target.Model));
        Assert.Equal(["body"], settings.Targets[1].Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("judge:\ntargets:\nupstream: ~\n")]
    public void File_without_settings_leaves_the_defaults(string yaml)
    {
        EsRefineSettings settings = Configured.By(yaml).Settings;
        Assert.Equal((1500, 20, RefinementMode.Refine), (settings.DeadlineMs, settings.Sample, settings.Mode));
        Assert.Equal(("rocchio@0.3", 0.6), (settings.Rule, settings.TrustRadius));
        Assert.Null(settings.Judge);
        Assert.Empty(settings.Targets);
    }

    [Theory]
    [InlineData("mode: off\ndeadlineMS: 5", "esrefine.yaml:2:1: no such setting 'deadlineMS'; did you mean 'deadlineMs'?")]
    [InlineData("upstream:\n  urls: http://a\n  url: http://b", "esrefine.yaml:3:3: no such setting 'url' in upstream; did you mean 'urls'?")]
    [InlineData("targets:\n  - index: a\n    feild: v", "esrefine.yaml:3:5: no such setting 'feild' in targets[0]; did you mean 'field'?")]
    [InlineData("listen: { http: a }",
        "esrefine.yaml:1:11: no such setting 'http' in listen; expected one of: data, grpc, admin, models, maxConnections, publish")]
    [InlineData("deadlineMs: soon", "esrefine.yaml:1:13: deadlineMs must be a whole number of milliseconds from 1 to 600000, not 'soon'")]
    [InlineData("deadlineMs: 0", "esrefine.yaml:1:13: deadlineMs must be a whole number of milliseconds from 1 to 600000, not '0'")]
    [InlineData("deadlineMs: [5]", "esrefine.yaml:1:13: deadlineMs must be a single value")]
    [InlineData("sample: 101", "esrefine.yaml:1:9: sample must be a whole number of hits from 2 to 100, not '101'")]
    [InlineData("trustRadius: 1.58", "esrefine.yaml:1:14: trustRadius must be a number (radians) above 0 and at most π/2 (1.5707), not '1.58'")]
    [InlineData("trustRadius: NaN", "esrefine.yaml:1:14: trustRadius must be a number (radians) above 0 and at most π/2 (1.5707), not 'NaN'")]
    [InlineData("mode: on", "esrefine.yaml:1:7: mode must be refine, shadow, learn or off, not 'on'")]
    [InlineData("cache: { redis: \"redis:6379,password=x\" }",
        "esrefine.yaml:1:17: cache.redis must not contain a password: name an environment variable in cache.passwordEnv")]
    [InlineData("cache: { redis: \"redis:6379,speed=x\" }", "esrefine.yaml:1:17: cache.redis must name a server, such as localhost:6379")]
    [InlineData("cache: { secretEnv: NOT_SET }", "esrefine.yaml:1:21: cache.secretEnv names the variable NOT_SET, which is not set")]
    [InlineData("mode: 0", "esrefine.yaml:1:7: mode must be refine, shadow, learn or off, not '0'")]
    [InlineData("rule: roccio",
        "esrefine.yaml:1:7: rule must be kl-adam or rocchio@ANGLE, an angle in radians above 0 and at most π/2 (rocchio@0.3), not 'roccio'")]
    [InlineData("judge: chat",
        "esrefine.yaml:1:8: judge must be a group of settings, not a single value; its settings are: "
        + "kind, url, model, apiKeyEnv, concurrency, topLogprobs, file, queries, noise, set")]
    [InlineData("targets: [{ index: a, modle: local }]", "esrefine.yaml:1:23: no such setting 'modle' in targets[0]; did you mean 'model'?")]
    [InlineData("targets: [{ index: a, model: openai }]", "esrefine.yaml:1:30: targets[0].model must be local or upstream, not 'openai'")]
    [InlineData("targets: [{ index: a, model: local }]",
        "esrefine.yaml:1:30: targets[0].model is local, but no local model is configured: set its folder (model.folder, --model DIR), or use upstream")]
    [InlineData("targets: { index: a }", "esrefine.yaml:1:10: targets must be a list; write each as '- index: …'")]
    [InlineData("targets: [{ field: v }]", "esrefine.yaml:1:11: targets[0] needs 'index': Index name or pattern with *.")]
    [InlineData("- a\n- b",
        "esrefine.yaml:1:1: expected settings, as 'name: value'; the settings are: upstream, listen, mode, allowModeHeader, deadlineMs, sample")]
    [InlineData("sample: 5\nmode: off\nsample: 6", "esrefine.yaml:3:1: 'sample' is set twice; the first is on line 1")]
    [InlineData("mode: off\n---\nmode: off", "esrefine.yaml:2:1: a second document begins here; only one is read")]
    [InlineData("judge:\n\tkind: chat", "esrefine.yaml:2:1: this line is indented with a tab; YAML allows only spaces")]
    [InlineData("targets:\n  - index: *", "esrefine.yaml:2:12: not valid YAML")]
    [InlineData("targets:\n  - index: *all",
        "esrefine.yaml:2:12: not valid YAML: the alias '*all' has no anchor '&all' above it; quote a text that begins with *")]
    [InlineData("upstream: { urls: [ftp://a] }", "esrefine.yaml:1:20: upstream.urls must be a URL such as http://localhost:9200, not 'ftp://a'")]
    [InlineData("upstream: { urls: localhost:9200 }", "esrefine.yaml:1:19: upstream.urls must be a URL such as http://localhost:9200, not 'localhost:9200'")]
    [InlineData("listen: { data: elastic:9280 }",
        "esrefine.yaml:1:17: listen.data must be host:port with an IP address")]
    [InlineData("listen: { data: 127.0.0.1:65536 }", "esrefine.yaml:1:17: listen.data must be host:port")]
    public void Error_names_the_place_and_the_fix(string yaml, string message)
    {
        string fault = Assert.Single(Configured.Faults(yaml));
        Assert.StartsWith(message, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_at_once() => Assert.Equal(
        [
            "esrefine.yaml:1:1: no such setting 'mdoe'; did you mean 'mode'?",
            "esrefine.yaml:2:9: sample must be a whole number of hits from 2 to 100, not 'x'",
            "esrefine.yaml:5:9: listen.data (127.0.0.1:7) and listen.grpc (*:7) must have different ports",
        ],
        Configured.Faults("""
            mdoe: off
            sample: x
            listen:
              data: 127.0.0.1:7
              grpc: "*:7"
            """));

    [Fact]
    public void Password_in_a_URL_is_refused_and_not_repeated()
    {
        string fault = Assert.Single(Configured.Faults("upstream: { urls: [\"http://elastic:changeme@es:9200\"] }"));
        Assert.Equal("esrefine.yaml:1:20: upstream.urls must not contain a user name or password, because URLs appear in logs", fault);
    }

    [Fact]
    public void Key_in_place_of_a_variables_name_is_refused_and_not_repeated()
    {
        string fault = Assert.Single(Configured.Faults("judge: { kind: chat, url: http://llm/v1, model: m, apiKeyEnv: sk-123 }"));
        Assert.Equal("esrefine.yaml:1:63: judge.apiKeyEnv must be the name of an environment variable, such as JUDGE_API_KEY: not the key itself", fault);
    }

    [Fact]
    public void Alias_is_replaced_by_the_value_of_its_anchor()
    {
        EsRefineSettings settings = Configured.By("targets: [{ index: a, text: &fields [title, body] }, { index: b, text: *fields }]").Settings;
        Assert.Equal(["title", "body"], settings.Targets[1].Text);
    }

    /// <summary>Guards against quadratic time: reading took a minute when the list was copied for each target.</summary>
    [Fact]
    public void Many_targets_are_read_in_order()
    {
        const int Targets = 20_000;
        long before = GC.GetAllocatedBytesForCurrentThread();

        EsRefineSettings settings = Configured.By("targets:\n" + string.Concat(Enumerable.Range(0, Targets).Select(static i => $"- index: i{i}\n"))).Settings;

        Assert.Equal(Enumerable.Range(0, Targets).Select(static i => $"i{i}"), settings.Targets.Select(static target => target.Index));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Targets, 0, 20_000);
    }

    [Fact]
    public void Relative_paths_are_resolved_against_the_files_folder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string file = Path.Combine(folder.FullName, "esrefine.yaml");
            File.WriteAllText(file, "upstream: { urls: http://a }\njudge: { kind: qrels, file: test.tsv, queries: queries.jsonl }");
            string labels = Path.Combine(folder.FullName, "test.tsv");
            File.WriteAllText(labels, "");

            ConfigurationReader reader = new() { File = file };
            string fault = Assert.Single(Assert.Throws<ConfigurationException>(reader.Read).Messages);
            string queries = Path.Combine(folder.FullName, "queries.jsonl");
            Assert.EndsWith($"judge.queries must be an existing file, and {queries} does not exist", fault, StringComparison.Ordinal);

            File.WriteAllText(queries, "");
            Assert.Equal(labels, reader.Read().Settings.Judge!.File);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Error_names_the_missing_file() => Assert.StartsWith(
        "nowhere.yaml: the configuration file cannot be read",
        Assert.Single(Assert.Throws<ConfigurationException>(new ConfigurationReader { File = "nowhere.yaml" }.Read).Messages),
        StringComparison.Ordinal);

    [Fact]
    public void Folder_in_place_of_the_file_is_an_error()
    {
        string folder = AppContext.BaseDirectory;
        Assert.Equal(
            $"{folder}: this is a folder; pass the configuration file in it, such as {Path.Combine(folder, "esrefine.yaml")}",
            Assert.Single(Assert.Throws<ConfigurationException>(new ConfigurationReader { File = folder }.Read).Messages));
    }

    [Fact]
    public void Tilde_is_expanded_to_the_home_folder() => Assert.EndsWith(
        $"{Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "no/such/model")} does not exist",
        Assert.Single(Configured.Faults("model: { folder: ~/no/such/model }")),
        StringComparison.Ordinal);
}
