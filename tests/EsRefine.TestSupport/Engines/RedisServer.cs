using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace EsRefine.TestSupport.Engines;

/// <summary>
/// A real Redis for tests: <c>host:port</c> in <c>ESREFINE_TEST_REDIS</c>, or the machine's <c>redis-server</c>, started at first use on a free port and
/// stopped with the run. If there is none, the calling test is skipped, or fails with <c>ESREFINE_REQUIRE_ENGINES=1</c>. Meant as an assembly fixture.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Lazy<Task<(string? Address, Process? Process)>> _server = new(FindAsync);

    /// <summary>Returns the address for <c>cache.redis</c>, or skips or fails the calling test.</summary>
    public async Task<string> UseAsync()
    {
        const string Reason = "no Redis: ESREFINE_TEST_REDIS is not set, and there is no redis-server on the PATH";
        string? address = (await _server.Value).Address;
        if (address is null && Environment.GetEnvironmentVariable("ESREFINE_REQUIRE_ENGINES") == "1")
        {
            Assert.Fail(Reason);
        }

        Assert.SkipWhen(address is null, Reason);
        return address!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && (await _server.Value).Process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static async Task<(string? Address, Process? Process)> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("ESREFINE_TEST_REDIS") is { Length: > 0 } named)
        {
            return (named, null);
        }

        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (folders.Select(static folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists) is not { } executable)
        {
            return (null, null);
        }

        int port = FreePort();
        ProcessStartInfo start = new(executable, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();   // otherwise the server would block once the pipe is full
                return ($"127.0.0.1:{port}", process);
            }
        }

        throw new InvalidOperationException($"{executable} did not start on port {port}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
