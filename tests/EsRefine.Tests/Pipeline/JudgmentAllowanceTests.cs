using Xunit;

namespace EsRefine.Tests.Pipeline;

/// <summary>What one request can buy of the judge.</summary>
public sealed class JudgmentAllowanceTests
{
    [Fact]
    public async Task Search_with_many_vectors_has_those_refined_that_its_judgments_are_enough_for()
    {
        (int calls, (int Status, string Body, string? Outcome) reply) = await CountAsync(SearchOf(clauses: 32), "i/_search");

        Assert.Equal(5, calls);   // 100 judgments, 20 a vector
        Assert.Equal((200, FakeCluster.PlainReply), (reply.Status, reply.Body));
        Assert.StartsWith("refined;", reply.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searches_of_one_body_share_four_times_as_many()
    {
        string body = string.Concat(Enumerable.Range(1, 64).Select(static i => $"{{}}\n{SearchOf(1, i)}\n"));

        (int calls, _) = await CountAsync(body, "i/_msearch");

        Assert.Equal(20, calls);
    }

    [Fact]
    public void Allowance_is_enough_for_one_vector_whatever_its_sample()
    {
        JudgmentAllowance allowance = new(2);

        Assert.True(allowance.TryTake(100));
        Assert.False(allowance.TryTake(1));
    }

    private static async Task<(int Calls, (int Status, string Body, string? Outcome) Reply)> CountAsync(string body, string target)
    {
        int calls = 0;
        ScriptedJudge judge = new((task, sheet, cancellationToken) =>
        {
            Interlocked.Increment(ref calls);
            return ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);
        (int Status, string Body, string? Outcome) reply = await cluster.SearchAsync(body, target: target);
        return (calls, reply);
    }

    private static string SearchOf(int clauses, int first = 1)
    {
        IEnumerable<string> all = Enumerable.Range(first, clauses)
            .Select(static i => $$"""{"field":"v","query_vector":[{{i}}, 1],"k":4,"num_candidates":50}""");
        return $$"""{"knn":[{{string.Join(',', all)}}],"size":4}""";
    }
}
