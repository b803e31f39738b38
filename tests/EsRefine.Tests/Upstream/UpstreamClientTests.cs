using System.Text;
using EsRefine.Configuration;
using EsRefine.TestSupport;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EsRefine.Tests.Upstream;

/// <summary>Reading the cluster's replies to EsRefine's own requests.</summary>
public sealed class UpstreamClientTests
{
    [Theory]
    [InlineData("content-length: 40000\r\n\r\n", "", "")]
    [InlineData("transfer-encoding: chunked\r\n\r\n", "9c40\r\n", "\r\n0\r\n\r\n")]
    public async Task Reply_within_the_memory_budget_is_read_repeatedly(string framing, string before, string after)
    {
        string body = string.Concat(Enumerable.Range(0, 5_000).Select(static i => $"{i:0000000},"));
        await using RecordingUpstream upstream = RecordingUpstream.Start($"HTTP/1.1 200 OK\r\n{framing}{before}{body}{after}");

        MemoryBudget memory = new(140_000);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(body, await AskAsync(upstream, memory));
        }
    }

    [Theory]
    [InlineData("content-length: 40000\r\n\r\n", "", "")]
    [InlineData("transfer-encoding: chunked\r\n\r\n", "9c40\r\n", "\r\n0\r\n\r\n")]
    public async Task Reply_over_the_memory_budget_is_not_read(string framing, string before, string after)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start($"HTTP/1.1 200 OK\r\n{framing}{before}{new string('x', 40_000)}{after}");

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(upstream, new MemoryBudget(2 * 39_999)));
    }

    [Theory]
    [InlineData("content-length: 67108865\r\n\r\n{")]
    [InlineData("content-length: 10\r\n\r\n{")]
    [InlineData("transfer-encoding: chunked\r\n\r\n9\r\n{")]
    [InlineData("transfer-encoding: chunked\r\n\r\nx\r\n{")]
    public async Task Reply_that_is_too_large_or_incomplete_is_not_read(string rest)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + rest);
            connection.Close();
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(upstream, new MemoryBudget(long.MaxValue)));
    }

    private static async Task<string> AskAsync(RecordingUpstream upstream, MemoryBudget memory)
    {
        using UpstreamClient client = new(new UpstreamSettings { Urls = [upstream.Url] }, TimeProvider.System, NullLogger<UpstreamClient>.Instance, memory);
        UpstreamReply reply = await client.SendAsync(HttpMethod.Get, "/", new HeaderDictionary(), default, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(reply.Body);
    }
}
