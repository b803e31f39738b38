using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>The official Python clients, installed once per run from the shared material. Meant as an assembly fixture.</summary>
public sealed class PythonClients
{
    private readonly Lazy<Task<string?>> _python = new(InstallAsync);

    /// <summary>Where environments are made: kept from run to run, since <c>install</c> leaves a finished one alone.</summary>
    internal static string Environments { get; } = Path.Combine(SharedMaterial.RepositoryRoot, "artifacts", "python-clients");

    /// <summary>Runs one of the scripts, or ends the calling test where the clients are not at hand.</summary>
    internal async Task<FoundByClient> FindAsync(string script, params string[] arguments)
    {
        string? python = await _python.Value;
        ClientProcess.Require(python is not null, "no Python clients: " + SharedMaterial.Missing);
        return await ClientProcess.FindAsync(python!, ["-B", Path.Combine(SharedMaterial.RepositoryRoot, "tests", "clients", "python", script), .. arguments]);
    }

    private static async Task<string?> InstallAsync()
    {
        if (SharedMaterial.Find("clients/install") is not { } install)
        {
            return null;
        }

        string environment = Path.Combine(Environments, "es9");
        await ClientProcess.RunAsync("bash", [install, environment, "es9"]);
        return Path.Combine(environment, "bin", "python");
    }
}
