using System.Text.RegularExpressions;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class EffectiveConfigurationTests
{
    [Fact]
    public void Printed_configuration_reads_back_to_the_same_settings()
    {
        Dictionary<string, string> environment = new() { ["KEY"] = "secret" };
        EffectiveConfiguration configuration = Configured.By("""
            upstream: { urls: [http://one:9200, https://two/prefix] }
            listen: { grpc: "[::1]:2", data: "*:1" }
            mode: off
            judge: { kind: chat, url: http://llm/v1, model: "a: b # c", apiKeyEnv: KEY }
            targets:
              - { index: "*", text: ["a, b", "ti\"tle"], task: "Is it: the same?", mode: shadow }
              - { index: "null", field: v, model: upstream }
            """, environment);

        EffectiveConfiguration again = Configured.By(string.Join('\n', configuration.ToYaml()), environment);

        Assert.Equal(configuration.ToYaml().Select(WithoutOrigin), again.ToYaml().Select(WithoutOrigin));
        Assert.Equal(configuration.Settings.Judge, again.Settings.Judge);
        Assert.Equal(["a, b", "ti\"tle"], again.Settings.Targets[0].Text);
        Assert.DoesNotContain(configuration.ToYaml(), line => line.Contains("noise:", StringComparison.Ordinal));   // a chat judge does not read it
        Assert.Equal(("null", QueryModel.Upstream), (again.Settings.Targets[1].Index, again.Settings.Targets[1].Model));
        Assert.Contains(configuration.ToYaml(), static line => line.StartsWith("    model: upstream ", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_value_is_printed_with_its_origin()
    {
        IEnumerable<string> lines = Configured.By("sample: 5", new() { ["ESREFINE__DEADLINEMS"] = "7" }, flags: ("--rule", ["kl-adam"])).ToYaml();
        Assert.Contains(lines, line => Regex.IsMatch(line, "^sample: 5 +# .*esrefine.yaml:1:9$"));
        Assert.Contains(lines, line => Regex.IsMatch(line, "^deadlineMs: 7 +# ESREFINE__DEADLINEMS$"));
        Assert.Contains(lines, line => Regex.IsMatch(line, "^rule: kl-adam +# --rule$"));
        Assert.Contains(lines, line => Regex.IsMatch(line, "^trustRadius: 0.6 +# default$"));
    }

    [Fact]
    public void Secrets_are_masked()
    {
        string printed = string.Join('\n', Configured.By("upstream: { mappingAuthorization: ApiKey abc }").ToYaml());
        Assert.Contains("mappingAuthorization: '***'", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", printed, StringComparison.Ordinal);
    }

    private static string WithoutOrigin(string line) => line.Split(" # ")[0].TrimEnd();
}
