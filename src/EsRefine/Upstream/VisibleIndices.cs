using System.Text.Json;

namespace EsRefine.Upstream;

/// <summary>
/// The indices in which the cluster shows a caller a field. Asked as the caller, before the operator's account reads a mapping for them: what that account may
/// see besides must not become visible in an outcome.
/// </summary>
internal static class VisibleIndices
{
    /// <summary>Names of the indices in which the field, or a field in it, is visible to the caller.</summary>
    /// <param name="path">The index expression with its slash, or empty.</param>
    /// <param name="parameters">The parameters that decide what the expression means, with their question mark, or empty.</param>
    /// <exception cref="MappingException">The cluster refused, or shows no such field.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public static async Task<IReadOnlySet<string>> ReadAsync(
        UpstreamClient upstream, SearchRequest search, string path, string field, string parameters, CancellationToken cancellationToken)
    {
        string name = Uri.EscapeDataString(field);
        string query = $"{(parameters.Length > 0 ? parameters + "&" : "?")}fields={name},{name}.*&include_unmapped=true";
        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Get, $"{path}/_field_caps{query}", search.Headers, default, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new MappingException(
                reply, $"the cluster does not show this caller the field (status {reply.StatusCode} of _field_caps): give callers the privilege read");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            HashSet<string> visible = [];
            foreach (JsonProperty shown in document.RootElement.GetProperty("fields").EnumerateObject())
            {
                if (shown.Name == field || shown.Name.StartsWith(field + ".", StringComparison.Ordinal))
                {
                    visible.UnionWith(IndicesWith(shown.Value, document.RootElement.GetProperty("indices")));
                }
            }

            return visible.Count > 0 ? visible : throw new MappingException(reply, "the cluster does not show this caller such a field");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new MappingException(reply, "the cluster's answer to the field request does not say where the field is");
        }
    }

    /// <summary>All indices but those that a field is not mapped in, for this caller.</summary>
    private static IEnumerable<string> IndicesWith(JsonElement types, JsonElement all)
    {
        if (!types.TryGetProperty("unmapped", out JsonElement unmapped))
        {
            return Names(all);
        }

        return unmapped.TryGetProperty("indices", out JsonElement without) ? Names(all).Except(Names(without), StringComparer.Ordinal) : [];
    }

    private static IEnumerable<string> Names(JsonElement names) => names.EnumerateArray().Select(static name => name.GetString()!);
}
