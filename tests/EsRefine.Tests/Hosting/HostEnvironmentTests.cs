using System.Diagnostics;
using System.Net;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Hosting;

/// <summary>The sidecar ignores variables that developers' machines and container images set for ASP.NET Core; only its settings count.</summary>
public sealed class HostEnvironmentTests
{
    // An address that cannot be bound, so that using it would fail the start, and an assembly that does not exist.
    private static readonly (string Name, string Value)[] Foreign =
    [
        ("ASPNETCORE_ENVIRONMENT", "Development"), ("DOTNET_ENVIRONMENT", "Development"), ("ASPNETCORE_URLS", "http://192.0.2.1:1"),
        ("ASPNETCORE_HTTP_PORTS", "1"), ("ASPNETCORE_HTTPS_PORTS", "2"), ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "No.Such.Assembly"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sidecar_starts_and_listens_where_its_settings_say()
    {
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(static _ => new UpstreamAnswer("{}"));
        using Process process = Start(
            "run", "--upstream", upstream.Url.ToString(), "--listen", "127.0.0.1:0", "--listen-grpc", "127.0.0.1:0", "--listen-admin", "127.0.0.1:0");
        try
        {
            List<string> lines = [];
            while (lines.Find(static line => line.TrimStart().StartsWith("admin ", StringComparison.Ordinal)) is null)
            {
                lines.Add(await process.StandardError.ReadLineAsync(Cancellation) ?? throw new InvalidOperationException("ended: " + string.Join('\n', lines)));
            }

            Assert.DoesNotContain(lines, static line => line.Contains("warn", StringComparison.Ordinal));
            string admin = lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
            using HttpMessageInvoker client = new(new SocketsHttpHandler());
            using HttpRequestMessage question = new(HttpMethod.Get, admin + "readyz");
            using HttpResponseMessage ready = await client.SendAsync(question, Cancellation);
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Demo_runs_to_its_end()
    {
        using Process process = Start("demo", "--once");
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.True(process.ExitCode == 0, await errors);
        Assert.Contains("MAP", await output, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Sidecar).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Foreign)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
