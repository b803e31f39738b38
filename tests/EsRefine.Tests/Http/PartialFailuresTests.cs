using System.Text;
using EsRefine.Http;
using Xunit;

namespace EsRefine.Tests.Http;

public class PartialFailuresTests
{
    [Theory]
    [InlineData("""{"took":1,"_shards":{"total":2,"successful":2,"failed":0},"hits":{"hits":[{"_source":{"error":"a word","_shards":{"failed":9}}}]}}""", false)]
    [InlineData("""{"_shards":{"total":2,"failed":1,"failures":[{"reason":{"a":[]}}]},"hits":{}}""", true)]
    [InlineData("""{"error":{"type":"x"},"status":400}""", true)]
    [InlineData("""{"responses":[{"_shards":{"failed":0},"hits":{"hits":[[{}]]},"status":200},{"_shards":{"failed":0}}]}""", false)]
    [InlineData("""{"responses":[{"_shards":{"failed":0},"status":200},{"error":{"type":"x"},"status":400}]}""", true)]
    [InlineData("""{"responses":[{"_shards":{"failed":0}},{"_shards":{"failed":1}}]}""", true)]
    [InlineData("""{"hits":""", true)]
    [InlineData("", true)]
    [InlineData("[]", true)]
    public void Failures_behind_a_successful_status_are_found(string reply, bool any)
    {
        Assert.Equal(any, PartialFailures.Any(Encoding.UTF8.GetBytes(reply)));
    }
}
