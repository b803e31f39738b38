using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>The official Python clients, installed once per run from the shared material. Meant as an assembly fixture.</summary>
public sealed class PythonClients
{
    private readonly Lazy<Task<string?>> _python = new(static () => InstallAsync("es9"));

    /// <summary>The folder of the environments. They are kept between runs: <c>install</c> does not change a complete one.</summary>
    internal static string Environments { get; } = Path.Combine(SharedMaterial.RepositoryRoot, "artifacts", "python-clients");

    /// <summary>Runs one of the scripts, or skips or fails the calling test if the clients are not available.</summary>
    internal async Task<FoundByClient> FindAsync(string script, params string[] arguments)
    {
        string? python = await _python.Value;
        ClientProcess.Require(python is not null, "no Python clients: " + SharedMaterial.Missing);
        return await ClientProcess.FindAsync(python!, ["-B", Path.Combine(SharedMaterial.RepositoryRoot, "tests", "clients", "python", script), .. arguments]);
    }

    /// <summary>The interpreter of an environment with a set of clients. Null if the shared material is not available.</summary>
    internal static async Task<string?> InstallAsync(string set)
    {
        if (SharedMaterial.Find("clients/install") is not { } install)
        {
            return null;
        }

        string environment = Path.Combine(Environments, set);
        Directory.CreateDirectory(Environments);
        // One at a time, because several fixtures use the same set and install starts with an empty environment.
        await ClientProcess.RunAsync("flock", [environment + ".lock", "bash", install, environment, set]);
        return Path.Combine(environment, "bin", "python");
    }
}
