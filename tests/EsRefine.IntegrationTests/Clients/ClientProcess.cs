using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A client in another language: a process that prints one line of JSON about what it found.</summary>
internal static class ClientProcess
{
    /// <summary>Runs a program and waits for its exit.</summary>
    /// <param name="folder">The working directory; null = the current one.</param>
    /// <returns>The program's output.</returns>
    /// <exception cref="InvalidOperationException">The program failed; the message holds its output.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await output} {await errors}");
    }

    /// <summary>Runs a client that prints <c>{"ids":[…],"outcome":"…"}</c>.</summary>
    public static async Task<FoundByClient> FindAsync(string program, params string[] arguments)
    {
        string output = await RunAsync(program, arguments);
        return JsonSerializer.Deserialize<FoundByClient>(output, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("nothing printed");
    }

    /// <summary>Full path of a program. Null if it is not installed.</summary>
    public static string? Locate(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>Skips a test with a missing prerequisite, or fails it with <c>ESREFINE_REQUIRE_ENGINES=1</c>.</summary>
    public static void Require(bool present, string otherwise)
    {
        if (!present && Environment.GetEnvironmentVariable("ESREFINE_REQUIRE_ENGINES") == "1")
        {
            Assert.Fail(otherwise);
        }

        Assert.SkipUnless(present, otherwise);
    }
}

/// <summary>What a client found.</summary>
/// <param name="Ids">Ids of the hits, in order.</param>
/// <param name="Outcome">Header <c>EsRefine</c>, or gRPC's <c>refinement.outcome</c>.</param>
internal sealed record FoundByClient(string[] Ids, string Outcome);
