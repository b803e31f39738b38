using System.Net;
using System.Net.Sockets;
using EsRefine.Configuration;
using EsRefine.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EsRefine.Tests.Hosting;

public sealed class ListenerFaultTests
{
    [Fact]
    public async Task Port_in_use_is_reported_with_the_setting_to_change()
    {
        using TcpListener squatter = new(IPAddress.Loopback, 0);
        squatter.Start();
        ListenSettings listen = new() { Data = "127.0.0.1:0", Grpc = $"127.0.0.1:{((IPEndPoint)squatter.LocalEndpoint).Port}", Admin = "127.0.0.1:0" };

        IOException exception = await Assert.ThrowsAnyAsync<IOException>(() => ListenAsync(listen.Grpc));

        Assert.Equal(
            $"listen.grpc cannot listen on {listen.Grpc}: another process listens there; choose another address with --listen-grpc or ESREFINE__LISTEN__GRPC",
            ListenerFault.Of(exception, listen));
    }

    [Fact]
    public void Other_exceptions_give_no_message() => Assert.Null(ListenerFault.Of(new IOException("disk full"), new ListenSettings()));

    private static async Task ListenAsync(string address)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        ListenAddress listener = ListenAddress.Parse(address)!;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(listener.Address!, listener.Port));
        await using WebApplication application = builder.Build();
        await application.StartAsync(TestContext.Current.CancellationToken);
    }
}
