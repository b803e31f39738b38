using System.Diagnostics;

namespace EsRefine.TestSupport.Engines;

/// <summary>A script of the shared material that starts a server and prints its address last.</summary>
internal static class SharedScript
{
    /// <summary>The last line it prints.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task<string> LastLineAsync(string script, IEnumerable<string> arguments)
    {
        // bash, not the script itself: a copy may have lost its executable bit.
        ProcessStartInfo start = new("bash", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? (await output).TrimEnd().Split('\n')[^1]
            : throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} ended with {process.ExitCode}: {(await errors).Trim()}");
    }
}
