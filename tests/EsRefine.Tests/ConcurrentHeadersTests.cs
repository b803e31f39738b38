using System.Reflection;
using System.Text;
using EsRefine.Endpoints;
using EsRefine.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests;

/// <summary>Kestrel's headers are for one reader at a time: two who enumerate them at once share an enumerator, and each misses some.</summary>
public sealed class ConcurrentHeadersTests
{
    private const string TwoClauses = """{"knn":[{"field":"v","query_vector":[1,1],"k":4},{"field":"v","query_vector":[1,2],"k":4}]}""";

    [Theory]
    [InlineData(false, TwoClauses)]
    [InlineData(true, "{}\n" + TwoClauses + "\n{}\n" + TwoClauses + "\n")]
    public async Task Headers_of_a_request_are_enumerated_once_however_much_is_done_at_once(bool isOfMany, string body)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        var headers = DispatchProxy.Create<IHeaderDictionary, CountedHeaders>();
        SearchRequest request = new() { Index = "i", Body = Encoding.UTF8.GetBytes(body), Headers = headers, QueryText = "a question" };

        SearchEndpointKind kind = isOfMany ? SearchEndpointKind.MultiSearch : SearchEndpointKind.Search;
        PreparedSearch prepared = await cluster.Services.GetRequiredService<RefinedRequest>().PrepareAsync(
            kind, request, TestContext.Current.CancellationToken);

        Assert.True(prepared.IsRewritten);
        Assert.Equal(1, ((CountedHeaders)headers).Enumerations);
        Assert.All(cluster.Samples, static sample => Assert.Equal("ApiKey x", sample.Headers["Authorization"]));
    }

    /// <summary>Headers that count how often they are enumerated.</summary>
    public class CountedHeaders : DispatchProxy
    {
        private readonly HeaderDictionary _headers = new() { ["Authorization"] = "ApiKey x" };
        private int _enumerations;

        public int Enumerations => _enumerations;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == "GetEnumerator")
            {
                Interlocked.Increment(ref _enumerations);
            }

            return targetMethod.Invoke(_headers, args);
        }
    }
}
