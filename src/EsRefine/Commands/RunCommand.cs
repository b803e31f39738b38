using EsRefine.Hosting;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary><c>esrefine run</c>: runs the sidecar until it is stopped.</summary>
internal static class RunCommand
{
    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("run", "Runs the sidecar in front of a cluster. Flags override the environment, which overrides the file, which overrides defaults.")
        {
            Examples =
            [
                new("a plain proxy: point an application at http://127.0.0.1:9280; its searches are forwarded unchanged",
                    "esrefine run --upstream http://localhost:9200"),
                new("refine with a language model behind any OpenAI-compatible API",
                    "esrefine run --upstream http://localhost:9200 --judge chat --judge-url http://localhost:8085/v1 --judge-model mistral-small"),
                new("shadow mode: record what would change, and return the cluster's own replies", "esrefine run --config esrefine.yaml --mode shadow"),
                new("refine searches on one index only, and select the text that the judge reads",
                    """esrefine run --config esrefine.yaml --target '{index: "products-*", field: vector, text: [title, body]}'"""),
                new("for applications that send only vectors: relay their embeddings requests too, so that the sidecar knows the text of each vector",
                    "esrefine run --config esrefine.yaml --listen-models 127.0.0.1:9283 --models-upstream https://api.openai.com"),
                new("configure by environment, as in a container (two underscores between the parts of a setting's name)",
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
                await error.WriteLineAsync($"configuration file: {file}; environment and flags override it");
            }

            foreach (string line in StartupReport.Lines(settings, sidecar.DataUrl, sidecar.GrpcUrl, sidecar.AdminUrl, sidecar.ModelsUrl))
            {
                await error.WriteLineAsync(line);
            }

            await sidecar.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as requested: the sidecar has answered the last request and closed its listeners.
        }
    }
}
