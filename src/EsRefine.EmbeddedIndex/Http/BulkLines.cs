using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>One action of a bulk request.</summary>
/// <param name="Action"><c>index</c>, <c>create</c> or <c>delete</c>.</param>
/// <param name="Source">The line of the document; empty for <c>delete</c>.</param>
internal sealed record BulkAction(string Action, string Index, string Id, ReadOnlyMemory<byte> Source);

/// <summary>Reads the lines of a bulk request: one JSON object per line, an action before each document.</summary>
internal static class BulkLines
{
    private static readonly string[] Actions = ["create", "delete", "index"];

    /// <summary>
    /// Reads all actions before any is executed. A malformed action line fails the whole request; a malformed document fails only its item.
    /// </summary>
    /// <param name="defaultIndex">The index in the path of the request.</param>
    /// <exception cref="ElasticsearchException">400.</exception>
    public static List<BulkAction> Parse(ReadOnlyMemory<byte> body, string? defaultIndex)
    {
        if (body.IsEmpty)
        {
            throw new ElasticsearchException(StatusCodes.Status400BadRequest, "parse_exception", "request body is required");
        }

        if (body.Span[^1] != (byte)'\n')
        {
            throw ElasticsearchException.IllegalArgument("The bulk request must be terminated by a newline [\\n]");
        }

        List<BulkAction> actions = [];
        int line = 0;
        while (TakeLine(ref body, ref line) is { } text)
        {
            if (text.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            BulkAction action = ParseAction(text, line, defaultIndex);
            if (action.Action != "delete")
            {
                action = action with
                {
                    Source = TakeLine(ref body, ref line) ?? throw ElasticsearchException.IllegalArgument(
                    $"Malformed action/metadata line [{line}], expected a document after it")
                };
            }

            actions.Add(action);
        }

        return actions;
    }

    private static ReadOnlyMemory<byte>? TakeLine(ref ReadOnlyMemory<byte> rest, ref int line)
    {
        int end = rest.Span.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        ReadOnlyMemory<byte> text = rest[..end];
        rest = rest[(end + 1)..];
        line++;
        return text;
    }

    private static BulkAction ParseAction(ReadOnlyMemory<byte> text, int line, string? defaultIndex)
    {
        using JsonDocument document = ElasticsearchJson.Parse(text);
        JsonProperty[] members = document.RootElement.ValueKind == JsonValueKind.Object ? [.. document.RootElement.EnumerateObject()] : [];
        if (members is not [{ Value.ValueKind: JsonValueKind.Object } action])
        {
            throw ElasticsearchException.IllegalArgument($"Malformed action/metadata line [{line}], expected one action with an object");
        }

        if (!Actions.Contains(action.Name))
        {
            throw ElasticsearchException.IllegalArgument(action.Name == "update"
                ? $"Action [update] in line [{line}] is not supported by the embedded index"
                : $"Malformed action/metadata line [{line}], expected field [create], [delete], [index] or [update] but found [{action.Name}]");
        }

        string? index = defaultIndex;
        string? id = null;
        foreach (JsonProperty member in action.Value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "_index":
                    index = member.Value.ToString();
                    break;
                case "_id" when member.Value.ValueKind != JsonValueKind.Null:
                    id = member.Value.ToString();
                    break;
                case "_id" or "routing" or "require_alias":
                    break;
                default:
                    throw ElasticsearchException.IllegalArgument($"Action/metadata line [{line}] contains an unknown parameter [{member.Name}]");
            }
        }

        if (index is null)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "action_request_validation_exception", "Validation Failed: 1: index is missing;");
        }

        if (id is null && action.Name == "delete")
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "action_request_validation_exception", "Validation Failed: 1: id is missing;");
        }

        return new BulkAction(action.Name, index, id ?? Store.DocumentIndex.NewId(), default);
    }
}
