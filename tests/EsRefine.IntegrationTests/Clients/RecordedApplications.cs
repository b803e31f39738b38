using System.Diagnostics;
using System.Text.Json;
using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>The applications of the shared material: real programs on official clients and frameworks, each with an index and many searches.</summary>
internal static class RecordedApplications
{
    /// <summary>All of them, or the end of the calling test where they are not at hand.</summary>
    public static RecordedApplication[] All()
    {
        string? list = SharedMaterial.Find("clients/apps/list.tsv");
        ClientProcess.Require(list is not null, SharedMaterial.Missing);
        return
        [
            .. File.ReadLines(list!)
                .Skip(1)
                .Select(static line => line.Split('\t'))
                .Select(static words => new RecordedApplication(words[0], words[1], words[2])),
        ];
    }

    /// <summary>
    /// What the applications run with: sets in one order in every run, and clients that give a sniff the time that a busy machine needs for it.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["PYTHONHASHSEED"] = "0",
        ["PYTHONPATH"] = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "clients", "python", "patience"),
    };

    /// <summary>Runs one to its end.</summary>
    /// <param name="server">What it takes for its cluster, or for its embeddings.</param>
    /// <returns>The ids it found, under the name it gives each search.</returns>
    public static async Task<IReadOnlyDictionary<string, string[]>> RunAsync(RecordedApplication application, Uri server)
    {
        string python = (await PythonClients.InstallAsync(application.Clients))!;
        string script = SharedMaterial.Find($"clients/apps/{application.Name}.py")!;
        string[] arguments = ["-B", "-W", "ignore", script, server.GetLeftPart(UriPartial.Authority)];
        string output = await ClientProcess.RunAsync(python, arguments, environment: Environment);
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(output)!;
    }

    /// <summary>Every text whose vector an application searches with.</summary>
    public static async Task<string[]> TextsAsync()
    {
        string apps = SharedMaterial.Find("clients/apps")!;
        const string Print = "import json, corpus as c; print(json.dumps([c.QUESTION, c.OTHER_QUESTION, c.THIRD_QUESTION, *(n['text'] for n in c.NOTES)]))";
        return JsonSerializer.Deserialize<string[]>(await ClientProcess.RunAsync("python3", ["-B", "-c", Print], apps))!;
    }
}

/// <summary>One application.</summary>
/// <param name="Name">Of its script.</param>
/// <param name="Clients">The set of clients it runs with: <c>es7</c>, <c>es8</c> or <c>es9</c>.</param>
/// <param name="SpeaksTo"><c>elasticsearch</c>, <c>opensearch</c> or <c>embeddings</c>.</param>
internal sealed record RecordedApplication(string Name, string Clients, string SpeaksTo)
{
    /// <summary>Without a sidecar it leaves for the addresses of the nodes, around any tap.</summary>
    public bool Sniffs => Name.EndsWith("_sniff", StringComparison.Ordinal);

    /// <summary>It gives one of its searches up, which has then been sent or not.</summary>
    public bool GivesUp => Name.EndsWith("_async", StringComparison.Ordinal);

    /// <summary>No two runs index its documents in the same order.</summary>
    public bool WritesWithThreads => Name.EndsWith("_bulk", StringComparison.Ordinal);

    public override string ToString() => $"{Name} ({Clients})";
}

/// <summary>The shared material's server of embeddings, without a model.</summary>
internal sealed class WordListServer : IAsyncDisposable
{
    private readonly Process _process;

    private WordListServer(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<WordListServer> StartAsync()
    {
        ProcessStartInfo start = new("python3", ["-B", SharedMaterial.Find("clients/apps/embedding_server.py")!, "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,   // it tells of every client that leaves
        };
        Process process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        return new(process, new Uri((await process.StandardOutput.ReadLineAsync())!));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
