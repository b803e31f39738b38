using EsRefine.Judging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>An unreachable judge is not called, and is used again within seconds after it recovers.</summary>
public sealed class JudgeBreakerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<JudgeBreaker> _log = new();
    private readonly JudgeBreaker _breaker;
    private Func<JudgmentSheet, CancellationToken, Task> _script = static (_, _) => throw new JudgeException("down");
    private int _asked;

    public JudgeBreakerTests() => _breaker = new(
        new ScriptedJudge((_, sheet, cancellationToken) =>
        {
            _asked++;
            return _script(sheet, cancellationToken);
        }),
        _time,
        _log);

    [Fact]
    public async Task Open_breaker_does_not_call_the_judge_and_reports_the_cause()
    {
        await OpenAsync();

        Assert.Contains("the judge's circuit breaker is open", (await FailAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("the judge's circuit breaker is open", _breaker.WhyNotNow, StringComparison.Ordinal);
        Assert.Equal(JudgeBreaker.Tolerated, _asked);
        Assert.Equal(305, Assert.Single(_log.Collector.GetSnapshot()).Id.Id);
    }

    [Fact]
    public async Task First_search_after_the_interval_closes_the_breaker_if_the_judge_has_recovered()
    {
        await OpenAsync();
        _time.Advance(Timeouts.JudgeBreakerInterval);
        Assert.Null(_breaker.WhyNotNow);
        _script = static (_, _) => Task.CompletedTask;

        await JudgeAsync();
        await JudgeAsync();

        Assert.Equal(JudgeBreaker.Tolerated + 2, _asked);
        Assert.Equal([305, 306], _log.Collector.GetSnapshot().Select(static record => record.Id.Id));
    }

    [Fact]
    public async Task One_search_at_a_time_tries_the_judge_and_a_failed_try_is_not_logged()
    {
        await OpenAsync();
        for (int pause = 0; pause < 3; pause++)
        {
            _time.Advance(Timeouts.JudgeBreakerInterval);
            TaskCompletionSource release = new();
            _script = async (_, _) =>
            {
                await release.Task;
                throw new JudgeException("still down");
            };
            Task attempt = JudgeAsync();
            Assert.Contains("breaker", (await FailAsync()).Message, StringComparison.Ordinal);
            release.SetResult();
            Assert.Equal("still down", (await Assert.ThrowsAsync<JudgeException>(() => attempt)).Message);
            Assert.Contains("breaker", (await FailAsync()).Message, StringComparison.Ordinal);
        }

        Assert.Equal(JudgeBreaker.Tolerated + 3, _asked);
        Assert.Single(_log.Collector.GetSnapshot());
    }

    [Fact]
    public async Task Next_search_tries_the_judge_if_the_deadline_ended_a_try()
    {
        await OpenAsync();
        _time.Advance(Timeouts.JudgeBreakerInterval);
        _script = static (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(JudgeTooLateAsync);

        Assert.Null(_breaker.WhyNotNow);
    }

    [Fact]
    public async Task One_judgment_before_the_deadline_closes_the_breaker()
    {
        await OpenAsync();
        _time.Advance(Timeouts.JudgeBreakerInterval);
        _script = static (sheet, cancellationToken) =>
        {
            sheet.Write(0, Judgment.Of(1));
            return Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(JudgeTooLateAsync);

        _script = static (_, _) => throw new JudgeException("down");
        Assert.Equal("down", (await FailAsync()).Message);
        Assert.Equal("down", (await FailAsync()).Message);
        Assert.Equal([305, 306], _log.Collector.GetSnapshot().Select(static record => record.Id.Id));
    }

    [Fact]
    public async Task Failures_with_judgments_and_passed_deadlines_do_not_open_the_breaker()
    {
        for (int search = 0; search < 2 * JudgeBreaker.Tolerated; search++)
        {
            _script = static (sheet, _) =>
            {
                sheet.Write(0, Judgment.Of(1));
                throw new JudgeException("one call failed");
            };
            await FailAsync();
            _script = static (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(JudgeTooLateAsync);
        }

        Assert.Null(_breaker.WhyNotNow);
        Assert.Equal(4 * JudgeBreaker.Tolerated, _asked);
    }

    [Fact]
    public async Task Search_is_forwarded_unchanged_and_not_sampled_while_the_breaker_is_open()
    {
        await OpenAsync();
        await using FakeCluster cluster = await FakeCluster.StartAsync(_breaker);

        Assert.Equal((200, FakeCluster.PlainReply, "judge-failed"), await cluster.SearchAsync());
        Assert.Equal([FakeCluster.Search], cluster.Searches);
        Assert.Empty(cluster.Samples);
    }

    public void Dispose() => _breaker.Dispose();

    private async Task OpenAsync()
    {
        for (int search = 0; search < JudgeBreaker.Tolerated; search++)
        {
            Assert.Equal("down", (await FailAsync()).Message);
        }
    }

    private Task<JudgeException> FailAsync() => Assert.ThrowsAsync<JudgeException>(JudgeAsync);

    private Task JudgeAsync() => JudgeUntilAsync(TestContext.Current.CancellationToken);

    private Task JudgeTooLateAsync() => JudgeUntilAsync(new CancellationToken(canceled: true));

    private Task JudgeUntilAsync(CancellationToken deadline) => _breaker.JudgeAsync(Some.Task("a", "b"), new JudgmentSheet(2), deadline);
}
