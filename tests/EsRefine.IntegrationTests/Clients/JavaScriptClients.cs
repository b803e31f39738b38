using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>The official JavaScript clients, installed once per run from their lock file. Meant as an assembly fixture.</summary>
public sealed class JavaScriptClients
{
    private static readonly string Folder = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "clients", "js");

    private readonly Lazy<Task<string?>> _node = new(static () => InstallAsync(Folder));

    /// <summary>Runs one of the scripts that print <c>{"ids":[…],"outcome":"…"}</c>. Skips or fails the calling test if there is no Node.js.</summary>
    internal async Task<FoundByClient> FindAsync(string script, params string[] arguments) =>
        await ClientProcess.FindAsync(await NodeAsync(), [Path.Combine(Folder, script), .. arguments]);

    /// <summary>Runs one of the scripts. Skips or fails the calling test if there is no Node.js.</summary>
    /// <returns>The script's output.</returns>
    internal async Task<string> RunAsync(string script, params string[] arguments) =>
        await ClientProcess.RunAsync(await NodeAsync(), [Path.Combine(Folder, script), .. arguments]);

    private async Task<string> NodeAsync()
    {
        string? node = await _node.Value;
        ClientProcess.Require(node is not null, "no JavaScript clients: node and npm are not installed (Debian: apt-get install nodejs npm)");
        return node!;
    }

    /// <summary>The path of Node.js, with the packages of a folder installed. Null if Node.js is not available.</summary>
    internal static async Task<string?> InstallAsync(string folder)
    {
        if (ClientProcess.Locate("node") is not { } node || ClientProcess.Locate("npm") is not { } npm)
        {
            return null;
        }

        // npm writes this file on installation. If it is newer than the lock file, the installation is current.
        FileInfo installed = new(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
        {
            await ClientProcess.RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
        }

        return node;
    }
}
