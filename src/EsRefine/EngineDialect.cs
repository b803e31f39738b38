namespace EsRefine;

/// <summary>Whose query language a clause is written in: an Elasticsearch clause names its <c>field</c>, an OpenSearch clause is keyed by it.</summary>
internal enum EngineDialect
{
    Elasticsearch,
    OpenSearch,
}
