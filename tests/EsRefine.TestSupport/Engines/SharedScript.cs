using System.Diagnostics;

namespace EsRefine.TestSupport.Engines;

/// <summary>A script of the shared material that starts a server and prints its address last.</summary>
internal static class SharedScript
{
    /// <summary>Runs a script and returns the last line it prints.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message holds its output.</exception>
    public static async Task<string> LastLineAsync(string script, IEnumerable<string> arguments)
    {
        // Runs bash, because a copy of the script may have lost its executable bit.
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
