using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace EsRefine.Endpoints;

/// <summary>A header line of <c>_msearch</c>, which overrides the parameters of the URL.</summary>
internal sealed record MultiSearchHeader
{
    private static readonly MultiSearchHeader Empty = new();

    /// <summary>Keys that at least one engine accepts, with the names of their URL parameters. <c>index</c> and <c>indices</c> are not among them.</summary>
    private static readonly FrozenDictionary<string, string> Keys = new Dictionary<string, string>
    {
        ["search_type"] = "search_type",
        ["searchType"] = "search_type",
        ["request_cache"] = "request_cache",
        ["requestCache"] = "request_cache",
        ["preference"] = "preference",
        ["routing"] = "routing",
        ["allow_partial_search_results"] = "allow_partial_search_results",
        ["ccs_minimize_roundtrips"] = "ccs_minimize_roundtrips",
        ["ccsMinimizeRoundtrips"] = "ccs_minimize_roundtrips",
        ["expand_wildcards"] = "expand_wildcards",
        ["expandWildcards"] = "expand_wildcards",
        ["ignore_unavailable"] = "ignore_unavailable",
        ["ignoreUnavailable"] = "ignore_unavailable",
        ["allow_no_indices"] = "allow_no_indices",
        ["allowNoIndices"] = "allow_no_indices",
        ["ignore_throttled"] = "ignore_throttled",
        ["ignoreThrottled"] = "ignore_throttled",
        ["cancel_after_time_interval"] = "cancel_after_time_interval",
        ["phase_took"] = "phase_took",
        ["project_routing"] = "project_routing",
        ["_slice"] = "_slice",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Index names, decoded and comma-separated; empty = all indices; null = those of the URL.</summary>
    public string? Indices { get; private init; }

    /// <summary>URL parameters by their names, decoded; a null value removes the URL's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Parameters { get; private init; } = [];

    /// <summary>Reads a line without its newline.</summary>
    /// <returns>Null where the cluster rejects it, or may do so.</returns>
    public static MultiSearchHeader? Read(ReadOnlySpan<byte> line)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
        {
            return Empty;
        }

        try
        {
            return ReadObject(line);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;   // no strict JSON, or no valid text in it
        }
    }

    /// <summary>The query string of one search: the URL's, overridden by this line.</summary>
    /// <param name="queryString">Raw, with its question mark, or empty.</param>
    public string Over(string queryString)
    {
        if (Parameters.Count == 0)
        {
            return queryString;
        }

        StringBuilder merged = new();
        foreach (string parameter in queryString.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = parameter.Split('=', 2)[0];
            if (!Parameters.Any(own => own.Key == name))
            {
                merged.Append('&').Append(parameter);
            }
        }

        foreach ((string name, string? value) in Parameters)
        {
            if (value is not null)
            {
                merged.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        if (merged.Length > 0)
        {
            merged[0] = '?';
        }

        return merged.ToString();
    }

    private static MultiSearchHeader? ReadObject(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        string? indices = null;
        List<KeyValuePair<string, string?>> parameters = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            bool isIndex = key is "index" or "indices";
            string? parameter = isIndex ? null : Keys.GetValueOrDefault(key);
            if ((!isIndex && parameter is null) || !seen.Add(key) || !TryReadValue(ref reader, out string? value) || (isIndex && value is null))
            {
                return null;
            }

            if (isIndex)
            {
                indices = value;
            }
            else
            {
                parameters.RemoveAll(earlier => earlier.Key == parameter);   // two spellings of one key: the last counts
                parameters.Add(new(parameter!, value));
            }
        }

        reader.Read();   // throws on anything but white space after the object
        return new() { Indices = indices, Parameters = parameters };
    }

    /// <summary>A string, a number, a boolean or null; an array of them is comma-separated.</summary>
    private static bool TryReadValue(ref Utf8JsonReader reader, out string? value)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return TryReadScalar(ref reader, out value);
        }

        List<string> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryReadScalar(ref reader, out value) || value is null)
            {
                return false;
            }

            values.Add(value);
        }

        value = string.Join(',', values);
        return true;
    }

    private static bool TryReadScalar(ref Utf8JsonReader reader, out string? value)
    {
        (bool isScalar, value) = reader.TokenType switch
        {
            JsonTokenType.String => (true, reader.GetString()),
            JsonTokenType.Number => (true, Encoding.ASCII.GetString(reader.ValueSpan)),
            JsonTokenType.True => (true, "true"),
            JsonTokenType.False => (true, "false"),
            JsonTokenType.Null => (true, null),
            _ => (false, null),
        };
        return isScalar;
    }
}
