using System.ComponentModel;
using System.Numerics.Tensors;
using EsRefine.Embedding;
using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.Stores;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Hybrid;

namespace EsRefine.Sampling;

/// <summary>
/// Embeds the text that a clause holds in place of a vector, with the model of its target: the local one, or the cluster's with the caller's credentials.
/// </summary>
/// <remarks>
/// Kept for <see cref="Timeouts.TextEmbeddingLifetime"/>, so that repeats and pages of one search cost one call; those in flight are joined, failures are
/// not kept.
/// </remarks>
/// <param name="upstream">The cluster.</param>
/// <param name="cache">In this process alone.</param>
/// <param name="model">The local model; null where the operator configured none.</param>
internal sealed class TextEmbeddings(UpstreamClient upstream, HybridCache cache, IEmbeddingGenerator<string, Embedding<float>>? model = null)
{
    private const string NotEmbedded = "the text of the clause is not embedded: ";

    private static readonly HybridCacheEntryOptions Entry = new()
    {
        Expiration = Timeouts.TextEmbeddingLifetime,
        LocalCacheExpiration = Timeouts.TextEmbeddingLifetime,
        Flags = HybridCacheEntryFlags.DisableDistributedCache,
    };

    /// <summary>The vector of the text, with the dimensions of the model. Otherwise it is one that the field accepts.</summary>
    /// <returns>The vector, or the reason: the model refuses, or returns a vector that the field does not accept.</returns>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public async Task<Outcome<float[]>> EmbedAsync(
        SearchRequest search, TextToEmbed text, QueryModel by, FieldMapping mapping, CancellationToken cancellationToken)
    {
        if (text.ModelId is null && (by == QueryModel.Upstream || text.Form != TextForm.Neural))
        {
            return Refused("the clause names no model");
        }

        try
        {
            ValueTask<EmbeddedText> embedding =
                by == QueryModel.Local ? EmbedHereAsync(text, cancellationToken) : EmbedThereAsync(search, text, cancellationToken);
            float[] vector = (await embedding).Components;
            return ReasonToReject(vector, mapping) is { } reason ? Refused(reason) : vector;
        }
        catch (ModelRefusalException refusal)   // an exception, because the cache keeps every value
        {
            return new NotRefined(RefinementOutcome.Unsupported, refusal.Message);
        }
    }

    private ValueTask<EmbeddedText> EmbedHereAsync(TextToEmbed text, CancellationToken cancellationToken) => cache.GetOrCreateAsync(
        CacheKey.Of("embedding", text.Text),
        (model, text.Text),
        static async (state, token) =>
        {
            if (state.model is null)
            {
                throw new ModelRefusalException(NotEmbedded + "there is no local model: set model.folder");
            }

            float[] vector = (await state.model.GenerateVectorAsync(state.Text, EmbeddingPurposes.Query, token)).ToArray();
            return Array.TrueForAll(vector, float.IsFinite)
                ? new EmbeddedText(vector)
                : throw new ModelRefusalException(NotEmbedded + "the local model returned numbers that are not finite");
        },
        Entry,
        cancellationToken: cancellationToken);

    private ValueTask<EmbeddedText> EmbedThereAsync(SearchRequest search, TextToEmbed text, CancellationToken cancellationToken)
    {
        // The last of several requests may come after the client has left and its headers are reused.
        IHeaderDictionary caller = search.WithOwnHeaders().Headers;
        return cache.GetOrCreateAsync(
            CacheKey.Of("embedding", CallerHeaders.Scope(caller), text.Form.ToString(), text.ModelId!, text.Text),
            (upstream, caller, text),
            static async (state, token) =>
            {
                ClusterModel clusterModel = new(state.upstream, state.caller, state.text.ModelId!);
                return new EmbeddedText(await clusterModel.EmbedAsync(state.text, token));
            },
            Entry,
            cancellationToken: cancellationToken);
    }

    /// <summary>Why the cluster would reject the vector for this field; null where it would accept it, if the dimensions are right.</summary>
    private static string? ReasonToReject(ReadOnlySpan<float> vector, FieldMapping mapping)
    {
        if (!VectorText.HasElementsOf(mapping.VectorType, vector))
        {
            return $"field '{mapping.Field}' holds bytes, but the model returns other numbers";
        }

        // Elasticsearch's own tolerance.
        bool isUnit = Math.Abs(TensorPrimitives.SumOfSquares(vector) - 1) <= 1e-3f;
        return mapping is { Similarity: VectorSimilarity.DotProduct, ElementType.HoldsBytes: false } && !isUnit
            ? $"field '{mapping.Field}' is ranked by dot_product, but the model returns vectors that are not of unit length"
            : null;
    }

    private static NotRefined Refused(string reason) => new(RefinementOutcome.Unsupported, NotEmbedded + reason);
}

/// <summary>A text's vector, of finite numbers.</summary>
[ImmutableObject(true)]   // so the cache hands out the instance itself; nobody writes to the components
internal sealed record EmbeddedText(float[] Components);
