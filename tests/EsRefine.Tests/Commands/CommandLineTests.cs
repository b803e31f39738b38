using EsRefine.Commands;
using Xunit;

namespace EsRefine.Tests.Commands;

public sealed class CommandLineTests
{
    private static readonly string[] Verbs = ["run", "demo", "config", "version"];

    [Fact]
    public async Task Version_goes_to_the_output()
    {
        Ended ended = await RunAsync("version");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.StartsWith($"esrefine {VersionCommand.Version} (.NET ", ended.Output, StringComparison.Ordinal);
        Assert.Empty(ended.Error);
    }

    [Theory]
    [InlineData("esrefine: unknown flag '--upstraem'; did you mean '--upstream'?", "run", "--upstraem", "http://localhost:9200")]
    [InlineData("esrefine: unknown flag '--upstraem'; did you mean '--upstream'?", "--upstraem", "http://localhost:9200")]
    [InlineData("esrefine: unknown flag '--zzz'; esrefine run --help lists the valid ones", "run", "--zzz")]
    [InlineData("esrefine: unknown verb 'confg'; did you mean 'config'?", "confg")]
    [InlineData("esrefine: unknown verb 'zzz'; esrefine --help lists the valid ones", "zzz")]
    [InlineData("esrefine: unexpected argument 'http://a'; see esrefine config --help", "config", "http://a")]
    [InlineData("esrefine: --upstream requires a value: URL; see esrefine run --help", "run", "--upstream")]
    [InlineData("esrefine: --sample must be a whole number, not 'x'; see esrefine demo --help", "demo", "--sample", "x")]
    [InlineData("esrefine: --queries must be a whole number, not 'abc'; see esrefine eval --help", "eval", "--queries", "abc")]
    [InlineData("esrefine: --judge requires a value: JUDGE; see esrefine eval --help", "eval", "--judge")]
    [InlineData("esrefine: --sample takes one value, not 2; see esrefine demo --help", "demo", "--sample", "5", "--sample", "6")]
    [InlineData("esrefine: --rule must be kl-adam or rocchio@ANGLE, an angle in radians above 0 and at most π/2 (rocchio@0.3), not 'rocchio@9'",
        "demo", "--rule", "rocchio@9")]
    [InlineData("esrefine: --rule must be kl-adam or rocchio@ANGLE, an angle in radians above 0 and at most π/2 (rocchio@0.3), not 'rocchio@9'",
        "run", "--upstream", "http://localhost:9200", "--rule", "rocchio@9")]
    [InlineData("esrefine: no cluster to send searches to: pass --upstream http://localhost:9200, set ESREFINE__UPSTREAM__URLS__0, "
            + "or upstream.urls in esrefine.yaml",
        "config")]
    [InlineData("esrefine: --target:1:2: no setting 'indx' in targets[0]; did you mean 'index'?",
        "config", "--upstream", "http://localhost:9200", "--target", "indx: a")]
    [InlineData("esrefine: --target requires a value: YAML; see esrefine config --help", "config", "--target")]
    public async Task Wrong_command_line_is_reported_with_a_suggestion(string message, params string[] arguments)
    {
        Ended ended = await RunAsync(arguments);
        Assert.Equal((ExitCode.Usage, message + Environment.NewLine, ""), (ended.ExitCode, ended.Error, ended.Output));
    }

    [Fact]
    public async Task Invalid_configuration_exits_with_the_usage_code()
    {
        Ended ended = await RunAsync("--deadline", "soon", "--sample", "1");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Equal(
            [
                "esrefine: --deadline must be a whole number of milliseconds from 1 to 600000, not 'soon'",
                "esrefine: --sample must be a whole number of hits from 2 to 100, not '1'",
                "esrefine: no cluster to send searches to: pass --upstream http://localhost:9200, set ESREFINE__UPSTREAM__URLS__0, "
                    + "or upstream.urls in esrefine.yaml",
            ],
            ended.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Config_prints_the_effective_values_and_their_origins()
    {
        Ended ended = await RunInAsync(
            new() { ["ESREFINE__SAMPLE"] = "9" }, "config", "--upstream", "http://a:1", "--upstream", "http://b:2", "--listen-admin", "*:9282");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.Matches(@"urls: \[http://a:1, http://b:2\] +# --upstream", ended.Output);
        Assert.Matches("sample: 9 +# ESREFINE__SAMPLE", ended.Output);
        Assert.StartsWith("warning: listen.admin is *:9282", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_an_example_of_every_verb()
    {
        Ended ended = await RunAsync("--help");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.All(Verbs, verb => Assert.Contains($"  esrefine {verb}", ended.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_is_a_verb_too()
    {
        Assert.Equal(await RunAsync("--help"), await RunAsync("help"));
        Assert.Equal(await RunAsync("demo", "--help"), await RunAsync("help", "demo"));
    }

    [Fact]
    public async Task Target_that_is_not_YAML_is_reported_once()
    {
        Ended ended = await RunAsync("config", "--upstream", "http://localhost:9200", "--target", "{index: [a}");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        string fault = Assert.Single(ended.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("esrefine: --target:1:", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_of_another_machine_is_reported_with_the_setting_to_change()
    {
        Ended ended = await RunAsync(
            "--upstream", "http://localhost:9200", "--listen", "127.0.0.1:0", "--listen-grpc", "192.0.2.1:9281", "--listen-admin", "127.0.0.1:0");
        Assert.Equal(
            (ExitCode.Usage, "esrefine: listen.grpc cannot listen on 192.0.2.1:9281: this machine has no such address; "
                + "choose another address with --listen-grpc or ESREFINE__LISTEN__GRPC" + Environment.NewLine),
            (ended.ExitCode, ended.Error));
    }

    [Fact]
    public async Task Help_of_run_shows_defaults_and_examples()
    {
        Ended ended = await RunAsync("run", "--help");
        Assert.Matches(@"--deadline <MS> +Time a search may spend .*\[default: 1500\]", ended.Output);
        Assert.Contains("esrefine run --upstream http://localhost:9200 --judge chat", ended.Output, StringComparison.Ordinal);
    }

    /// <summary>The examples in the help must be valid.</summary>
    [Fact]
    public async Task Every_example_is_a_command_line_that_parses()
    {
        foreach (string verb in Verbs)
        {
            string help = (await RunAsync(verb, "--help")).Output;
            string[] examples = [.. help[help.IndexOf("Examples:", StringComparison.Ordinal)..].Split(Environment.NewLine)
                .Select(line => line.Trim()).Where(line => line.Contains("esrefine ", StringComparison.Ordinal) && !line.StartsWith('#'))];
            Assert.NotEmpty(examples);
            foreach (string example in examples)
            {
                string[] arguments = [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(example.Replace('\'', '"'))];
                int start = Array.IndexOf(arguments, "esrefine") + 1;
                Ended ended = await RunAsync([.. arguments[start..], "--help"]);
                Assert.Equal((ExitCode.Done, ""), (ended.ExitCode, ended.Error));
            }
        }
    }

    private static Task<Ended> RunAsync(params string[] arguments) => RunInAsync([], arguments);

    private static async Task<Ended> RunInAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        StringWriter output = new();
        StringWriter error = new();
        int exitCode = await CommandLine.InvokeAsync(arguments, output, error, environment, TestContext.Current.CancellationToken);
        return new(exitCode, output.ToString(), error.ToString());
    }

    private sealed record Ended(int ExitCode, string Output, string Error);
}
