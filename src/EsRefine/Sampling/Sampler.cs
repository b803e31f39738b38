using System.Text.Json;
using EsRefine.Upstream;
using Microsoft.Extensions.AI;

namespace EsRefine.Sampling;

/// <summary>Fetches a clause's top hits with the caller's own credentials, so that nothing is judged that they may not read.</summary>
/// <param name="upstream">The cluster.</param>
/// <param name="timeProvider">Says when a field whose vectors could not be had is worth another try.</param>
/// <param name="model">Embeds the judged texts where no stored vector can be read back; null where the operator configured none.</param>
internal sealed class Sampler(UpstreamClient upstream, TimeProvider timeProvider, IEmbeddingGenerator<string, Embedding<float>>? model = null)
{
    private readonly KnownReadings _known = new(timeProvider);

    /// <summary>One extra search for one clause; more of them only until it is known how this index gives its vectors back.</summary>
    /// <param name="search">The client's search.</param>
    /// <param name="plan">What to sample.</param>
    /// <param name="cancellationToken">The deadline, or the caller is gone.</param>
    /// <returns>The sample, or the reason: the cluster refused or answered in part, or no vectors can be read back.</returns>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public async Task<Outcome<HitSample>> SampleAsync(SearchRequest search, SamplePlan plan, CancellationToken cancellationToken)
    {
        KnownReadings.Key key = KnownReadings.Key.Of(search, plan);
        if (_known.AreHopeless(key))
        {
            return Unavailable(plan);
        }

        string index = search.Index.Length > 0 && plan.Recognized.PointInTime is null ? "/" + search.Index : "";
        string target = index + "/_search" + SearchParameters.Keep(search.QueryString, SearchParameters.Sample);
        bool wasAnswered = false;
        foreach (VectorReading reading in VectorReadings.InOrder(plan.Mapping, _known.Find(key), model is not null))
        {
            UpstreamReply reply = await upstream.SendAsync(HttpMethod.Post, target, search.Headers, SampleRequest.Write(plan, reading), cancellationToken);
            if (!reply.IsSuccess && MayBeRefusedAlone(reading, reply))
            {
                continue;
            }

            Outcome<HitSample> read = Read(reply, plan, reading, out int withoutVector);
            if (!read.TryGet(out HitSample? sample, out NotRefined? unread))
            {
                return unread;
            }

            wasAnswered = true;
            if (reading == VectorReading.Embedding)
            {
                if (await EmbeddedHits.TryEmbedAsync(model!, sample, plan, cancellationToken) is not { } embedded)
                {
                    continue;
                }

                sample = embedded;
            }

            if (sample.Count >= 2 || withoutVector == 0)
            {
                if (sample.Count > 0)
                {
                    _known.Remember(key, reading);
                }

                return sample;
            }
        }

        if (!wasAnswered)
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, "the cluster refused the sampling search");
        }

        _known.Remember(key, null);
        return Unavailable(plan);
    }

    /// <summary>Whether the cluster may have refused this way of asking only: old versions do not know it, scripts may be forbidden.</summary>
    private static bool MayBeRefusedAlone(VectorReading reading, UpstreamReply reply) =>
        reading is VectorReading.DocValues or VectorReading.Script && reply.StatusCode is 400 or 500;

    private static Outcome<HitSample> Read(UpstreamReply reply, SamplePlan plan, VectorReading reading, out int withoutVector)
    {
        withoutVector = 0;
        if (!reply.IsSuccess)
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, $"the cluster answered the sampling search with status {reply.StatusCode}");
        }

        try
        {
            return SampleReply.Read(reply.Body, plan, reading, out withoutVector);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, "the reply to the sampling search is not a search reply");
        }
    }

    private static NotRefined Unavailable(SamplePlan plan) => new(
        RefinementOutcome.VectorsUnavailable,
        $"the vectors of field '{plan.Mapping.Field}' cannot be read back from the hits: "
        + "is the field excluded from what this caller may see? The model that made them, "
        + "configured as model.folder, would serve in their place");
}
