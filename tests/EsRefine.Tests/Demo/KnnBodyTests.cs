using System.Text;
using EsRefine.Demo;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Demo;

public sealed class KnnBodyTests
{
    [Fact]
    public void Search_is_written_in_the_language_of_Elasticsearch() => Assert.Equal(
        """{"size":5,"_source":["title"],"knn":{"field":"vector","query_vector":[0.5,-0.25],"k":5,"num_candidates":100}}""",
        Encoding.UTF8.GetString(KnnBody.Write(EngineDialect.Elasticsearch, [0.5f, -0.25f], size: 5)));

    [Fact]
    public void Search_is_written_in_the_language_of_OpenSearch() => Assert.Equal(
        """{"size":5,"_source":["title"],"query":{"knn":{"vector":{"vector":[0.5,-0.25],"k":5}}}}""",
        Encoding.UTF8.GetString(KnnBody.Write(EngineDialect.OpenSearch, [0.5f, -0.25f], size: 5)));

    [Theory]
    [InlineData("Elasticsearch")]
    [InlineData("OpenSearch")]
    public void Search_is_one_that_the_sidecar_recognizes(string dialect)
    {
        EngineDialect engine = Enum.Parse<EngineDialect>(dialect);
        KnnClause clause = Assert.Single(Recognizer.Recognize(KnnBody.Write(engine, [0.5f, -0.25f], size: 5))!.Clauses);
        Assert.Equal((KnnBody.Field, engine), (clause.Field, clause.Dialect));
    }
}
