using System.Text.Json;

namespace EsRefine.Evaluation.Files;

/// <summary>Reads the JSON lines of a BEIR corpus and of its queries.</summary>
internal static class BeirRecordReader
{
    /// <summary>Streams documents. A duplicate id is an error.</summary>
    internal static IEnumerable<BeirDocument> ReadDocuments(string path) => Distinct(
        path,
        static (line, path) => new BeirDocument(Id(line, path), Optional(line, path, "title"), Required(line, path, "text")),
        static document => document.Id);

    /// <summary>Streams queries. A duplicate id is an error.</summary>
    internal static IEnumerable<BeirQuery> ReadQueries(string path) => Distinct(
        path, static (line, path) => new BeirQuery(Id(line, path), Required(line, path, "text")), static query => query.Id);

    private static IEnumerable<TRecord> Distinct<TRecord>(string path, Func<JsonLine, string, TRecord> parse, Func<TRecord, string> idOf)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (NumberedLine line in NumberedLines.Read(path))
        {
            TRecord record = Parse(line, path, parse);
            if (!ids.Add(idOf(record)))
            {
                throw new EvaluationFileException(path, line.Number, $"_id '{idOf(record)}' occurs twice; ids must be unique: remove or rename one");
            }

            yield return record;
        }
    }

    private static TRecord Parse<TRecord>(NumberedLine line, string path, Func<JsonLine, string, TRecord> parse)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line.Text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? parse(new(line.Number, json.RootElement), path)
                : throw new EvaluationFileException(path, line.Number, "must be a JSON object with _id and text");
        }
        catch (JsonException exception)
        {
            throw new EvaluationFileException(
                path, line.Number, $"is not JSON at byte {exception.BytePositionInLine}: every line must be one whole JSON object", exception);
        }
    }

    private static string Id(JsonLine line, string path) => Required(line, path, "_id") is { Length: > 0 } id
        ? id
        : throw new EvaluationFileException(path, line.Number, "_id is empty; give the record an id");

    private static string Required(JsonLine line, string path, string property) =>
        line.Json.TryGetProperty(property, out JsonElement value)
            ? Text(value, line, path, property)
            : throw new EvaluationFileException(path, line.Number, $"has no {property}; add it, as a string");

    private static string Optional(JsonLine line, string path, string property) =>
        line.Json.TryGetProperty(property, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Text(value, line, path, property) : "";

    private static string Text(JsonElement value, JsonLine line, string path, string property)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new EvaluationFileException(path, line.Number, $"{property} must be a string, but it is {Shortened(value.GetRawText())}; put it in quotes");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // A high surrogate such as \ud83d without a low one.
            throw new EvaluationFileException(
                path, line.Number, $"{property} contains half of a surrogate pair, which is not valid text; write the whole character", exception);
        }
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private readonly record struct JsonLine(int Number, JsonElement Json);
}
