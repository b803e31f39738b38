using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EsRefine.IntegrationTests.Clients;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>A Redis for one test, which may read or stop it; see RedisServer for the shared one.</summary>
internal sealed class OwnRedis : IAsyncDisposable
{
    private readonly Process _process;

    private OwnRedis(Process process, int port)
    {
        _process = process;
        Address = $"127.0.0.1:{port}";
    }

    /// <summary>The value for <c>cache.redis</c>.</summary>
    public string Address { get; }

    /// <summary>Starts a server, or skips or fails the calling test if Redis is not installed.</summary>
    /// <param name="address">The address of a stopped server; null = a free port.</param>
    public static async Task<OwnRedis> StartAsync(string? address = null)
    {
        string? program = ClientProcess.Locate("redis-server");
        ClientProcess.Require(program is not null, "no Redis: redis-server is not installed (Debian: apt-get install redis-server)");
        int port = address is null ? FreePort() : IPEndPoint.Parse(address).Port;
        ProcessStartInfo start = new(program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new(process, port);
            }
        }

        throw new InvalidOperationException("redis-server ended before it was ready");
    }

    /// <summary>The names of all keys, one per line, between lines of the protocol.</summary>
    public Task<string> DumpAsync() => AskAsync("KEYS *");

    /// <summary>The raw reply to a command, up to the end of the connection.</summary>
    public async Task<string> AskAsync(string command)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(Address), TestContext.Current.CancellationToken);
        NetworkStream connection = client.GetStream();
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), TestContext.Current.CancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(connection, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Suspends the server: connections stay open but get no answers until <see cref="ContinueAsync"/>.</summary>
    public Task HangAsync() => ClientProcess.RunAsync("bash", ["-c", $"kill -STOP {_process.Id}"]);

    /// <summary>Resumes the server after <see cref="HangAsync"/>.</summary>
    public Task ContinueAsync() => ClientProcess.RunAsync("bash", ["-c", $"kill -CONT {_process.Id}"]);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
