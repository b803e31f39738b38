using EsRefine.Settings;
using EsRefine.Hosting;

namespace EsRefine.Commands;

/// <summary><c>esrefine run</c>: the sidecar, until it is stopped.</summary>
internal static class RunCommand
{
    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("run", "Runs the sidecar in front of a cluster. Settings: flags over environment over file over defaults.")
        {
            Examples =
            [
                new("a plain proxy: point an application at http://127.0.0.1:9280 and nothing changes", "esrefine run --upstream http://localhost:9200"),
                new("refine with a language model behind any OpenAI-compatible API",
                    "esrefine run --upstream http://localhost:9200 --judge chat --judge-url http://localhost:8085/v1 --judge-model mistral-small"),
                new("the same, but only watch: every reply stays the cluster's own", "esrefine run --config esrefine.yaml --mode shadow"),
                new("one index only, and which text the judge reads",
                    """esrefine run --config esrefine.yaml --target '{index: "products-*", field: vector, text: [title, body]}'"""),
                new("for applications that send vectors alone: their embeddings go through the sidecar too, which remembers what each stands for",
                    "esrefine run --config esrefine.yaml --listen-models 127.0.0.1:9283 --models-upstream https://api.openai.com"),
                new("by environment, as in a container (two underscores between the steps of a setting's name)",
                    "ESREFINE__UPSTREAM__URLS__0=http://elasticsearch:9200 ESREFINE__LISTEN__DATA='*:9280' esrefine run"),
            ],
        };
        ConfigurationFlags flags = new(verb, environment);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            EffectiveConfiguration configuration = flags.Read(parsed);
            foreach (string warning in configuration.Warnings)
            {
                await error.WriteLineAsync("warning: " + warning);
            }

            await RunAsync(configuration, error, cancellationToken);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task RunAsync(EffectiveConfiguration configuration, TextWriter error, CancellationToken cancellationToken)
    {
        EsRefineSettings settings = configuration.Settings;
        try
        {
            await using Sidecar sidecar = await Sidecar.StartAsync(settings, cancellationToken, configureLogging: ConsoleLogs.ToStandardError);
            if (configuration.File is { } file)
            {
                await error.WriteLineAsync($"configured by {file}, and what the environment and flags say over it");
            }

            foreach (string line in StartupReport.Lines(settings, sidecar.DataUrl, sidecar.GrpcUrl, sidecar.AdminUrl, sidecar.ModelsUrl))
            {
                await error.WriteLineAsync(line);
            }

            await sidecar.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped, as asked: the sidecar has closed its listeners behind the last request.
        }
    }
}
