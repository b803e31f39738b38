using System.Net;
using System.Net.Sockets;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Settings;
using EsRefine.Tests.Http;
using EsRefine.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests.Hosting;

/// <summary>What strangers can make the listeners hold.</summary>
public sealed class ListenerLimitsTests
{
    private const int Megabyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unfinished_heads_beyond_the_budget_end_their_connections_and_ordinary_requests_pass()
    {
        await using RecordingUpstream cluster = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        await using Sidecar sidecar = await StartAsync(cluster.Url, static settings => settings with { MaxBufferedMebibytes = 8 });
        MemoryBudget budget = sidecar.Services.GetRequiredService<MemoryBudget>();
        List<RawClient> clients = [];
        int ended = 0;
        for (int i = 0; i < 12; i++)
        {
            RawClient client = await RawClient.ConnectAsync(sidecar.DataUrl);
            clients.Add(client);
            try
            {
                await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nX: " + new string('a', 900_000));
                ended += await EndsAsync(client, TimeSpan.FromMilliseconds(200)) ? 1 : 0;
            }
            catch (IOException)
            {
                ended++;
            }
        }

        Assert.InRange(ended, 10, 12);
        Assert.InRange(budget.HeldFor(MemoryUse.Heads), 0, Megabyte);
        Assert.Equal("HTTP/1.1 200 OK", (await RawClient.AskAsync(sidecar.DataUrl, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).StartLine);

        clients.ForEach(static client => client.Dispose());
        await UntilAsync(() => budget.HeldFor(MemoryUse.Heads) == 0);
    }

    [Fact]
    public async Task Large_head_is_counted_until_its_request_is_answered()
    {
        TaskCompletionSource arrived = new();
        TaskCompletionSource answer = new();
        await using RecordingUpstream cluster = RecordingUpstream.Start(async (_, connection) =>
        {
            arrived.TrySetResult();
            await answer.Task;
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        });
        await using Sidecar sidecar = await StartAsync(cluster.Url, static settings => settings);
        MemoryBudget budget = sidecar.Services.GetRequiredService<MemoryBudget>();
        using RawClient client = await RawClient.ConnectAsync(sidecar.DataUrl);

        await client.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 100_000)}\r\n\r\n");
        await arrived.Task.WaitAsync(Cancellation);
        Assert.InRange(budget.HeldFor(MemoryUse.Heads), 200_000, 300_000);

        answer.SetResult();
        await client.ReadReplyAsync();
        await UntilAsync(() => budget.HeldFor(MemoryUse.Heads) == 0);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_room_comes_back()
    {
        await using RecordingUpstream cluster = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        await using Sidecar sidecar = await StartAsync(
            cluster.Url, static settings => settings with { Listen = settings.Listen with { MaxConnections = 2 } });
        using RawClient first = await RawClient.ConnectAsync(sidecar.DataUrl);
        RawClient second = await RawClient.ConnectAsync(sidecar.DataUrl);
        await first.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await first.ReadReplyAsync();
        await second.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await second.ReadReplyAsync();

        Assert.True(await IsRefusedAsync(sidecar.DataUrl, TimeSpan.FromSeconds(10)));

        second.Dispose();
        await UntilAsync(async () => !await IsRefusedAsync(sidecar.DataUrl, TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task Unfinished_messages_of_gRPC_find_an_end_at_the_budget()
    {
        await using RecordingUpstream cluster = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        await using Sidecar sidecar = await StartAsync(cluster.Url, static settings => settings with { MaxBufferedMebibytes = 8 });
        MemoryBudget budget = sidecar.Services.GetRequiredService<MemoryBudget>();
        using HttpMessageInvoker http = new(new SocketsHttpHandler());
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        Task<string>[] calls = [.. Enumerable.Range(0, 8).Select(_ => CallAsync())];
        string first = await await Task.WhenAny(calls).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal("8", first);   // RESOURCE_EXHAUSTED
        Assert.InRange(budget.HeldFor(MemoryUse.Messages), 0, 4 * Megabyte);
        await end.CancelAsync();
        await Task.WhenAll(calls).ContinueWith(static _ => { }, TaskScheduler.Default);
        await UntilAsync(() => budget.HeldFor(MemoryUse.Messages) == 0);

        // Three megabytes of a message of almost four, and then nothing.
        async Task<string> CallAsync()
        {
            byte[] part = [0, 0, 0x3F, 0xFF, 0xF0, .. new byte[3 * Megabyte]];
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(sidecar.GrpcUrl, "/esrefine.v1.RefinementService/Search"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new UnfinishedContent(part, end.Token) { Headers = { { "Content-Type", "application/grpc" } } },
                Headers = { { "TE", "trailers" } },
            };
            using HttpResponseMessage response = await http.SendAsync(request, end.Token);
            return response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? string.Concat(values) : "none";
        }
    }

    private static Task<Sidecar> StartAsync(Uri cluster, Func<EsRefineSettings, EsRefineSettings> configure) => Sidecar.StartAsync(
        configure(new EsRefineSettings
        {
            Upstream = new UpstreamSettings { Urls = [cluster] },
            Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" },
        }),
        Cancellation);

    /// <summary>Whether the other side closes the connection within a time.</summary>
    /// <summary>Whether a new connection ends within the time. The reset may arrive before the client has noticed that it is connected.</summary>
    private static async Task<bool> IsRefusedAsync(Uri url, TimeSpan time)
    {
        try
        {
            using RawClient client = await RawClient.ConnectAsync(url);
            return await EndsAsync(client, time);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    private static async Task<bool> EndsAsync(RawClient client, TimeSpan time)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(time);
        try
        {
            return await client.Stream.ReadAsync(new byte[1], timeout.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (int i = 0; i < 200; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(50, Cancellation);
        }

        Assert.Fail("it does not come to hold within ten seconds");
    }

    private sealed class UnfinishedContent(byte[] part, CancellationToken end) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(part, end);
            await stream.FlushAsync(end);
            await Task.Delay(Timeout.Infinite, end);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
