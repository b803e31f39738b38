using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>A stored document: <c>_source</c> without its vectors, which are stored in their columns.</summary>
/// <param name="Id">The <c>_id</c>.</param>
/// <param name="Version">Number of writes of this id.</param>
/// <param name="SequenceNumber">Sequence number of the write in the index.</param>
/// <param name="Source">UTF-8 JSON.</param>
internal sealed record StoredDocument(string Id, long Version, long SequenceNumber, byte[] Source)
{
    /// <summary>Returns the source without the vectors at the given dotted paths. Numbers and the order of keys are kept as sent.</summary>
    public static byte[] StripVectors(JsonElement source, IReadOnlySet<string> vectorPaths)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, ElasticsearchJson.WriterOptions))
        {
            Write(writer, source, "", vectorPaths);
        }

        return text.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, string prefix, IReadOnlySet<string> vectorPaths)
    {
        writer.WriteStartObject();
        foreach (JsonProperty member in element.EnumerateObject())
        {
            string path = prefix + member.Name;
            if (vectorPaths.Contains(path))
            {
                continue;
            }

            writer.WritePropertyName(member.Name);
            if (member.Value.ValueKind == JsonValueKind.Object && vectorPaths.Count > 0)
            {
                Write(writer, member.Value, path + ".", vectorPaths);
            }
            else
            {
                member.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}

/// <summary>The result of a write.</summary>
/// <param name="Result"><c>created</c>, <c>updated</c>, <c>deleted</c> or <c>not_found</c>.</param>
internal sealed record WriteResult(string Id, long Version, long SequenceNumber, string Result)
{
    public int Status => Result switch
    {
        "created" => StatusCodes.Status201Created,
        "not_found" => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status200OK,
    };
}
