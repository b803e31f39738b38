namespace EsRefine.TestSupport.Engines;

/// <summary>Elasticsearch without security: <c>ESREFINE_TEST_ELASTICSEARCH</c>, the shared material, or a container.</summary>
public sealed class ElasticsearchEngine() : SearchEngine(new(
    "Elasticsearch", "ESREFINE_TEST_ELASTICSEARCH", ["elasticsearch"], "ESREFINE_TEST_ELASTICSEARCH_IMAGE", Image,
    new Dictionary<string, string>
    {
        ["discovery.type"] = "single-node",
        ["xpack.security.enabled"] = "false",
        ["xpack.license.self_generated.type"] = "trial",
        ["ES_JAVA_OPTS"] = "-Xms1g -Xmx1g",
    }))
{
    internal const string Image = "docker.elastic.co/elasticsearch/elasticsearch:9.4.3";
}

/// <summary>
/// Elasticsearch with security and a trial license: <c>ESREFINE_TEST_ELASTICSEARCH_SECURE</c> (with credentials in the URL), the shared material, or a
/// container.
/// </summary>
public sealed class SecureElasticsearchEngine() : SearchEngine(new(
    "Elasticsearch with security", "ESREFINE_TEST_ELASTICSEARCH_SECURE", ["elasticsearch", "--security"],
    "ESREFINE_TEST_ELASTICSEARCH_IMAGE", ElasticsearchEngine.Image,
    new Dictionary<string, string>
    {
        ["discovery.type"] = "single-node",
        ["xpack.security.enabled"] = "true",
        ["xpack.security.http.ssl.enabled"] = "false",
        ["xpack.license.self_generated.type"] = "trial",
        ["ELASTIC_PASSWORD"] = "refine-me",
        ["ES_JAVA_OPTS"] = "-Xms1g -Xmx1g",
    },
    Credentials: "elastic:refine-me"));

/// <summary>OpenSearch: <c>ESREFINE_TEST_OPENSEARCH</c>, the shared material, or a container. Only its Lucene engine is available everywhere.</summary>
public sealed class OpenSearchEngine() : SearchEngine(new(
    "OpenSearch", "ESREFINE_TEST_OPENSEARCH", ["opensearch"], "ESREFINE_TEST_OPENSEARCH_IMAGE", "opensearchproject/opensearch:3.5.0",
    new Dictionary<string, string>
    {
        ["discovery.type"] = "single-node",
        ["DISABLE_SECURITY_PLUGIN"] = "true",
        ["DISABLE_INSTALL_DEMO_CONFIG"] = "true",
        ["OPENSEARCH_JAVA_OPTS"] = "-Xms1g -Xmx1g",
    }));
