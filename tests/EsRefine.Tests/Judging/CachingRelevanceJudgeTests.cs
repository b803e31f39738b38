using EsRefine.Judging;
using Xunit;

namespace EsRefine.Tests.Judging;

public sealed class CachingRelevanceJudgeTests
{
    [Fact]
    public async Task Each_pair_is_judged_once_and_misses_share_one_call()
    {
        CountingJudge inner = new();
        CachingRelevanceJudge judge = new(inner);

        Assert.Equal([1f, 1f], await JudgeAsync(judge, Some.Task("a", "b")));
        Assert.Equal([1f, 1f, 1f, 1f], await JudgeAsync(judge, Some.Task("a", "b", "c", "d")));

        Assert.Equal(["a b", "c d"], inner.Calls);
        Assert.Equal(4, judge.JudgedCount);
    }

    [Fact]
    public async Task Other_text_query_or_instruction_is_another_pair()
    {
        CountingJudge inner = new();
        CachingRelevanceJudge judge = new(inner);
        JudgingTask task = Some.Task("a");

        await JudgeAsync(judge, task);
        await JudgeAsync(judge, Some.Task("changed"));
        await JudgeAsync(judge, task with { QueryText = "another" });
        await JudgeAsync(judge, task with { Instruction = "stricter" });
        await JudgeAsync(judge, task);

        Assert.Equal(4, inner.Calls.Count);
    }

    [Fact]
    public async Task Failed_call_keeps_what_it_finished_and_the_rest_is_judged_again()
    {
        CountingJudge inner = new() { FailsAt = "bad" };
        CachingRelevanceJudge judge = new(inner);
        JudgingTask task = Some.Task("good", "bad", "late");
        JudgmentSheet sheet = new(3);

        await Assert.ThrowsAsync<JudgeException>(() => judge.JudgeAsync(task, sheet, TestContext.Current.CancellationToken));
        inner.FailsAt = null;

        Assert.Equal([1f, null, null], sheet.Close().Select(static judgment => judgment?.Probability));
        Assert.Equal([1f, 1f, 1f], await JudgeAsync(judge, task));
        Assert.Equal(["good bad late", "bad late"], inner.Calls);
    }

    [Fact]
    public async Task Hit_without_a_judgment_is_not_sent_again()
    {
        CountingJudge inner = new() { LeavesAbsent = "odd" };
        CachingRelevanceJudge judge = new(inner);

        await JudgeAsync(judge, Some.Task("odd", "a"));

        Assert.Equal([null, 1f], await JudgeAsync(judge, Some.Task("odd", "a")));
        Assert.Single(inner.Calls);
        Assert.Equal(2, judge.JudgedCount);
    }

    [Fact]
    public async Task Concurrent_searches_judge_a_pair_once()
    {
        CountingJudge inner = new() { Gate = new SemaphoreSlim(0) };
        CachingRelevanceJudge judge = new(inner);

        Task<float?[]>[] searches = [JudgeAsync(judge, Some.Task("a", "b")), JudgeAsync(judge, Some.Task("a", "b"))];
        inner.Gate.Release(2);

        Assert.All(await Task.WhenAll(searches), static judgments => Assert.Equal([1f, 1f], judgments));
        Assert.Single(inner.Calls);
    }

    private static async Task<float?[]> JudgeAsync(CachingRelevanceJudge judge, JudgingTask task)
    {
        JudgmentSheet sheet = new(task.Hits.Count);
        await judge.JudgeAsync(task, sheet, TestContext.Current.CancellationToken);
        return [.. sheet.Close().Select(static judgment => judgment?.Probability)];
    }

    /// <summary>Answers yes for every document and records the tasks it got.</summary>
    private sealed class CountingJudge : IRelevanceJudge
    {
        public string Name => "counting";

        public List<string> Calls { get; } = [];

        public string? FailsAt { get; set; }

        public string? LeavesAbsent { get; init; }

        public SemaphoreSlim? Gate { get; init; }

        public async Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
        {
            Calls.Add(string.Join(' ', task.Hits.Select(static hit => hit.Text)));
            if (Gate is not null)
            {
                await Gate.WaitAsync(cancellationToken);
            }

            for (int i = 0; i < task.Hits.Count; i++)
            {
                if (task.Hits[i].Text == FailsAt)
                {
                    throw new JudgeException("it failed");
                }

                if (task.Hits[i].Text != LeavesAbsent)
                {
                    judgments.Write(i, Judgment.Of(1));
                }
            }
        }
    }
}
