using System.Text.Json;
using System.Text.RegularExpressions;
using EsRefine.Configuration;
using EsRefine.Settings;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Configuration;

/// <summary>What is derived from the settings: the sample file, the reference, the schema.</summary>
public sealed class SettingDocumentsTests
{
    private static readonly Dictionary<string, string> Environment =
        new() { ["JUDGE_API_KEY"] = "any", ["REDIS_PASSWORD"] = "any", ["ESREFINE_CACHE_SECRET"] = "any", ["KEY"] = "any" };

    private static IEnumerable<Setting> Everything => Below(EsRefineSettings.Tree.Root);

    [Fact]
    public void Files_derived_from_the_settings_are_up_to_date()
    {
        string[] stale =
        [
            .. from file in ConfigurationDocuments.All
               let path = Path.Combine(SharedMaterial.RepositoryRoot, file.Path)
               where !File.Exists(path) || File.ReadAllText(path) != file.Text
               select file.Path,
        ];
        const string Command = "dotnet run --project src/EsRefine -- config --write-docs .";
        Assert.True(stale.Length == 0, $"{string.Join(", ", stale)}: stale, the settings have changed; write the files again with: {Command}");
    }

    [Fact]
    public void Every_setting_is_documented_and_every_number_has_a_unit_and_bounds()
    {
        Assert.All(Everything, static setting => Assert.Matches("^.+[.]$", setting.Description));
        Assert.All(Everything.OfType<ValueSetting>(), static setting =>
        {
            Assert.True(setting.Attribute.Example is not null || setting.Default is not null, $"{setting.Path} has neither a default nor an example");
            Assert.Equal(setting.IsNumber, setting.Attribute.Unit is not null && setting.Attribute.Range.IsBounded);
        });
        Assert.All(Everything, static setting => Assert.Equal(setting.Attribute.Flag is null, setting.Attribute.Placeholder is null));
    }

    [Fact]
    public void Flags_and_variables_are_those_that_operators_know()
    {
        Assert.Equal(
            [
                "--upstream", "--listen", "--listen-grpc", "--listen-admin", "--listen-models", "--publish", "--mode", "--deadline", "--sample", "--rule",
                "--trust-radius", "--judge", "--judge-url", "--judge-model", "--judge-key-env", "--top-logprobs", "--judge-file", "--queries", "--model",
                "--models-upstream", "--redis", "--target",
            ],
            EsRefineSettings.Tree.All.Select(static setting => setting.Attribute.Flag).OfType<string>());
        Assert.Equal(
            ["ESREFINE__UPSTREAM__URLS__0", "ESREFINE__DEADLINEMS", "ESREFINE__JUDGE__APIKEYENV", "ESREFINE__MODELS__MEMORY__TENANT"],
            ((string[])["upstream.urls", "deadlineMs", "judge.apiKeyEnv", "models.memory.tenant"])
                .Select(static path => EsRefineSettings.Tree.At(path).Variable));
    }

    [Fact]
    public void Sample_file_is_a_valid_configuration()
    {
        EffectiveConfiguration configuration = Configured.By(ConfigurationDocuments.Sample);
        Assert.Equal(("chat", "mistral-small"), (configuration.Settings.Judge?.Kind, configuration.Settings.Judge?.Model));
        Assert.Empty(Faults(ConfigurationDocuments.Sample));
    }

    [Fact]
    public void Every_setting_of_the_sample_file_can_be_switched_on()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string everything = Regex.Replace(ConfigurationDocuments.Sample, "^( *)#(?! )", "$1", RegexOptions.Multiline);
            string file = Path.Combine(folder.FullName, "esrefine.yaml");
            File.WriteAllText(file, everything);
            foreach (ValueSetting setting in Everything.OfType<ValueSetting>().Where(static setting => setting.Form.Type is "file" or "folder"))
            {
                string path = Path.Combine(folder.FullName, setting.Attribute.Example!);
                Directory.CreateDirectory(setting.Form.Type == "folder" ? path : Path.GetDirectoryName(path)!);
                if (setting.Form.Type == "file")
                {
                    File.WriteAllText(path, "");
                }
            }

            EffectiveConfiguration configuration = new ConfigurationReader { File = file, Environment = Environment }.Read();

            IEnumerable<string> all = Everything.Select(static setting => setting.Path.Replace("[]", "[0]", StringComparison.Ordinal));
            Assert.Equal([], all.Except(configuration.Origins.Keys).Where(static path => path != "upstream.urls[0]"));
            Assert.Empty(Faults(everything));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("judge:\ntargets:\nupstream: ~\n")]
    [InlineData("""
        upstream: { urls: [http://one:9200, https://two/prefix], mappingAuthorization: ApiKey abc }
        listen: { data: 0.0.0.0:1, grpc: "[::1]:2", admin: localhost:3 }
        mode: shadow
        deadlineMs: 700
        sample: 30
        rule: kl-adam
        trustRadius: 0.4
        minSpread: 0.1
        judge: { kind: chat, url: http://llm/v1, model: m, apiKeyEnv: KEY, concurrency: 4, topLogprobs: 5 }
        targets:
          - { index: "u-*",
              field: vector, text: [title, body], task: "Same intent?", rule: rocchio@0.5, mode: "off", deadlineMs: 5, sample: 6, model: upstream }
          - index: other
            text: body
        """)]
    [InlineData("upstream: { urls: http://a }\ncache: { minutes: 0, redis: \"localhost:6379\", secretEnv: KEY }\nlisten: { models: 127.0.0.1:9283 }\n"
        + "models: { upstream: http://llm, memory: { tenant: shop } }")]
    public void Schema_accepts_what_the_reader_accepts(string yaml)
    {
        Assert.NotNull(Configured.By(yaml, Environment).Settings);
        Assert.Empty(Faults(yaml));
    }

    [Theory]
    [InlineData("deadlineMS: 5", "deadlineMS")]
    [InlineData("targets: [{ index: a, feild: v }]", "feild")]
    [InlineData("targets: [{ field: v }]", "index")]
    [InlineData("sample: 101", "100")]
    [InlineData("deadlineMs: 0", "1")]
    [InlineData("trustRadius: 0", "above 0")]
    [InlineData("minSpread: 1", "below 1")]
    [InlineData("mode: on-and-off", "refine")]
    [InlineData("judge: { kind: rerank }", "chat")]
    [InlineData("judge: chat", "object")]
    [InlineData("targets: { index: a }", "array")]
    [InlineData("upstream: { urls: [localhost:9200] }", "^https?://")]
    [InlineData("cache: { secretEnv: s-3cr3t }", "A-Za-z")]
    public void Schema_refuses_what_the_reader_refuses(string yaml, string fault)
    {
        Assert.NotEmpty(Configured.Faults(yaml));
        Assert.Contains(fault, Assert.Single(Faults(yaml)), StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_tells_defaults_descriptions_and_bounds()
    {
        JsonElement properties = JsonDocument.Parse(ConfigurationDocuments.Schema).RootElement.GetProperty("properties");
        JsonElement sample = properties.GetProperty("sample");
        Assert.Equal(["20", "2", "100"], ((string[])["default", "minimum", "maximum"]).Select(name => sample.GetProperty(name).GetRawText()));
        Assert.StartsWith("Hits judged per search.", sample.GetProperty("description").GetString(), StringComparison.Ordinal);
        JsonElement mode = properties.GetProperty("mode");
        Assert.Equal("refine", mode.GetProperty("default").GetString());
        Assert.Equal(["refine", "shadow", "learn", "off"], mode.GetProperty("enum").EnumerateArray().Select(static word => word.GetString()));
    }

    private static IEnumerable<Setting> Below(Setting setting) => (setting.Element is SettingGroup element ? element.Children : setting.Children)
        .SelectMany(static child => Below(child).Prepend(child));

    private static IReadOnlyList<string> Faults(string yaml)
    {
        List<string> errors = [];
        ConfigurationNode node = YamlSource.Read(yaml, new("test"), errors);
        Assert.Empty(errors);
        return [.. SchemaFaults.Of(JsonDocument.Parse(ConfigurationDocuments.Schema).RootElement, node)];
    }
}
