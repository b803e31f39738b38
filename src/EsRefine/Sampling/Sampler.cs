using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>Fetches a clause's top hits with the caller's own credentials, so that nothing is judged that they may not read.</summary>
internal sealed class Sampler(UpstreamClient upstream)
{
    // Set once a cluster refuses docvalue_fields on a dense_vector and answers with fields: Elasticsearch before 8.17.
    private volatile bool _isOldElasticsearch;

    /// <summary>One extra search for one clause.</summary>
    /// <param name="search">The client's search.</param>
    /// <param name="recognized">What was found in it.</param>
    /// <param name="clause">The clause to sample.</param>
    /// <param name="mapping">Its field.</param>
    /// <param name="textFields">Fields of _source that hold the text to judge.</param>
    /// <param name="dimensions">Components of the query vector.</param>
    /// <param name="size">Hits wanted.</param>
    /// <exception cref="SampleException">The cluster refused or answered in part, or no vectors can be read back.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public async Task<HitSample> SampleAsync(
        SearchRequest search, RecognizedSearch recognized, KnnClause clause, FieldMapping mapping, IReadOnlyList<string> textFields, int dimensions, int size,
        CancellationToken cancellationToken)
    {
        string index = search.Index.Length > 0 && recognized.PointInTime is null ? "/" + search.Index : "";
        string target = index + "/_search" + SearchParameters.Keep(search.QueryString, SearchParameters.Sample);
        VectorReading reading = mapping.Dialect == EngineDialect.OpenSearch ? VectorReading.Source
            : _isOldElasticsearch ? VectorReading.Fields
            : VectorReading.DocValues;

        UpstreamReply reply = await SendAsync(reading);
        if (reply.StatusCode == 400 && reading == VectorReading.DocValues)
        {
            reply = await SendAsync(VectorReading.Fields);
            _isOldElasticsearch = reply.IsSuccess;
        }

        if (!reply.IsSuccess)
        {
            throw new SampleException(RefinementOutcome.UpstreamRefusedSample, $"the cluster answered the sampling search with status {reply.StatusCode}");
        }

        try
        {
            return SampleReply.Read(reply.Body, mapping, dimensions, textFields, size);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SampleException(RefinementOutcome.UpstreamRefusedSample, "the reply to the sampling search is not a search reply");
        }

        Task<UpstreamReply> SendAsync(VectorReading how) => upstream.SendAsync(
            HttpMethod.Post, target, search.Headers, SampleRequest.Write(search.Body, recognized, clause, mapping, textFields, size, how), cancellationToken);
    }
}
