using System.Text.Json;
using EsRefine.IntegrationTests.Clients;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests.Applications;

/// <summary>The applications of <c>tests/applications</c>. Their packages are installed once per run. Meant as an assembly fixture.</summary>
public sealed class OrdinaryApplications
{
    private static readonly string Folder = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "applications");

    private readonly Dictionary<string, Lazy<Task<string?>>> _programs = new()
    {
        // The frameworks on Elasticsearch do not support its client 9; those on OpenSearch are installed with it.
        ["es8"] = new(static () => PythonClients.InstallAsync("es8")),
        ["es9"] = new(static () => PythonClients.InstallAsync("es9")),
        ["node"] = new(static () => JavaScriptClients.InstallAsync(Path.Combine(Folder, "js"))),
    };

    /// <summary>Names of the applications.</summary>
    public static IReadOnlyList<string> Names { get; } = ["langchain_app.py", "llama_app.py", "haystack_app.py", "application.js"];

    /// <summary>Runs an application, or skips or fails the calling test if its clients are not available.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="kind"><c>elasticsearch</c> or <c>opensearch</c>.</param>
    /// <param name="engine">Owns the application's index.</param>
    /// <param name="searchUrl">The engine's URL for the application.</param>
    /// <param name="embeddingsUrl">The embeddings URL for the application.</param>
    /// <returns>The ids of the hits, best first.</returns>
    internal async Task<string[]> RunAsync(string name, string kind, RunningEngine engine, Uri searchUrl, Uri embeddingsUrl)
    {
        bool isPython = name.EndsWith(".py", StringComparison.Ordinal);
        string clients = !isPython ? "node" : kind == "opensearch" ? "es9" : "es8";
        string? program = await _programs[clients].Value;
        ClientProcess.Require(
            program is not null,
            isPython ? "no Python clients: " + SharedMaterial.Missing : "node and npm are not installed (Debian: apt-get install nodejs npm)");
        string[] arguments =
        [
            Path.Combine(Folder, isPython ? "python" : "js", name), kind,
            searchUrl.ToString().TrimEnd('/'), new Uri(embeddingsUrl, "v1").ToString(), engine.NewIndexName("application"),
        ];
        string output = await ClientProcess.RunAsync(program!, isPython ? ["-B", "-W", "ignore", .. arguments] : arguments);
        return JsonSerializer.Deserialize<FoundByClient>(output, JsonSerializerOptions.Web)!.Ids;
    }
}
