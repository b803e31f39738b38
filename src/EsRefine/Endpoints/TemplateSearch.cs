using System.Text.Json;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Telemetry;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Endpoints;

/// <summary>A search template: the cluster renders it, the rendered search is refined, and the refined vector is written over the parameter.</summary>
/// <remarks>
/// Only an array of numbers in <c>params</c> is ever replaced, never the template. Rendering is one extra request. Templates whose parameters hold no such
/// array, and
/// whose body does not contain <c>knn</c>, are forwarded unchanged without it.
/// </remarks>
internal sealed class TemplateSearch(SearchPreparation prepare, UpstreamClient upstream, TargetTable targets, EsRefineMeter meter, TimeProvider timeProvider)
{
    private static readonly NotRefined NoParameter = new(
        RefinementOutcome.Unsupported, "the rendered query vector is not an array of numbers in the template's params, or is rendered elsewhere too");

    private static readonly NotRefined NotRendered = new(RefinementOutcome.UpstreamRefusedSample, "the cluster did not render the template");

    /// <summary>Returns the template search to send upstream: with refined parameters, or unchanged with the reason.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest search, CancellationToken gone)
    {
        long started = timeProvider.GetTimestamp();
        if (targets.TimeFor(search) is not { } time
            || Parameters(search.Body) is not { } parameters
            || CallerHeaders.WhyNotDelegable(search.Headers) is not null)
        {
            return PreparedSearch.Original(search, RefinementOutcome.NoKnnClause);
        }

        Outcome<SearchRequest> rendering;
        using (Deadline deadline = Deadline.Start(time, timeProvider, search.Arrived ?? started, gone))
        {
            rendering = await deadline.WaitAsync(RenderAsync(search with { Arrived = search.Arrived ?? started }, deadline.Token), "the template was rendered");
        }

        if (!rendering.TryGet(out SearchRequest? rendered, out NotRefined? reason))
        {
            return Unrefined(search, reason, started);
        }

        if (Recognizer.Recognize(rendered.Body) is not { } recognized)
        {
            return PreparedSearch.Original(search, RefinementOutcome.NoKnnClause);
        }

        if (!recognized.Clauses.Any(clause => IsParameter(clause.Vector, parameters)))
        {
            return Unrefined(search, NoParameter, started);   // before anything is spent on judging
        }

        TimeSpan renderTime = timeProvider.GetElapsedTime(started);
        PreparedSearch prepared = await prepare(rendered, gone);
        StageTimings timings = prepared.Summary.Timings;
        RefinementSummary summary = prepared.Summary with { Timings = timings with { Recognize = timings.Recognize + renderTime } };
        if (!prepared.IsRewritten)
        {
            return PreparedSearch.Original(search, summary);
        }

        return PutBack(rendered.Body, prepared, parameters) is { } edits
            ? new(search.Body, edits, summary) { MayFailInPart = prepared.MayFailInPart }
            : PreparedSearch.Unchanged(search, NoParameter);
    }

    /// <summary>The arrays that may be query vectors; null: the template holds no kNN clause.</summary>
    private static List<NumberArray>? Parameters(ReadOnlyMemory<byte> body)
    {
        try
        {
            List<NumberArray> parameters = NumberArrays.InParameters(body);
            return parameters.Count > 0 || body.Span.IndexOf("knn"u8) >= 0 ? parameters : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The search that the cluster makes of the template, with the caller's credentials.</summary>
    private async Task<Outcome<SearchRequest>> RenderAsync(SearchRequest search, CancellationToken cancellationToken)
    {
        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Post, "/_render/template", search.Headers, search.Body, cancellationToken);
        if (!reply.IsSuccess)
        {
            return NotRendered;
        }

        try
        {
            Utf8JsonReader reader = new(reply.Body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isOutput = reader.ValueTextEquals("template_output"u8);
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (isOutput)
                {
                    return search with { Body = reply.Body.AsMemory(start, (int)reader.BytesConsumed - start) };
                }
            }
        }
        catch (JsonException)
        {
            // Not a rendered template.
        }

        return NotRendered;
    }

    private static bool IsParameter(VectorLocation vector, List<NumberArray> parameters) =>
        VectorArray.TryRead(vector.Json.Span, out float[] numbers) && parameters.Exists(parameter => parameter.Spells(numbers));

    /// <summary>The edits of the rendered search as edits of the parameters it was rendered from.</summary>
    /// <returns>
    /// Null where an edit has no parameter, or a parameter is also rendered where it is not edited in the same way: either all copies are replaced or none.
    /// </returns>
    private static List<BodyEdit>? PutBack(ReadOnlyMemory<byte> rendered, PreparedSearch prepared, List<NumberArray> parameters)
    {
        Dictionary<BodySlice, ReadOnlyMemory<byte>> refined = prepared.Edits.ToDictionary(static edit => edit.Original, static edit => edit.Replacement);
        List<BodyEdit> edits = [];
        HashSet<BodySlice> covered = [];
        List<NumberArray> arrays = NumberArrays.In(rendered);
        foreach (NumberArray parameter in parameters)
        {
            List<NumberArray> copies = arrays.FindAll(array => array.Spells(parameter.Numbers));
            if (!copies.Exists(copy => refined.ContainsKey(copy.Json)))
            {
                continue;
            }

            if (!refined.TryGetValue(copies[0].Json, out ReadOnlyMemory<byte> replacement)
                || !copies.TrueForAll(copy => refined.TryGetValue(copy.Json, out ReadOnlyMemory<byte> other) && other.Span.SequenceEqual(replacement.Span)))
            {
                return null;
            }

            edits.Add(new(parameter.Json, replacement));
            covered.UnionWith(copies.Select(static copy => copy.Json));
        }

        return refined.Keys.All(covered.Contains) ? edits : null;
    }

    private PreparedSearch Unrefined(SearchRequest search, NotRefined reason, long started)
    {
        PreparedSearch prepared = PreparedSearch.Unchanged(search, reason);
        meter.RecordSearch(prepared.Summary, timeProvider.GetElapsedTime(started));
        return prepared;
    }
}
