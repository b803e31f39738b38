using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>Parses a document with the mapping. It changes no state, so a rejected document has no effect.</summary>
internal readonly struct DocumentParser(IndexMapping mapping, string id)
{
    private readonly ParsedDocument _document = new();

    /// <exception cref="ElasticsearchException">
    /// 400 <c>document_parsing_exception</c>; the reason does not have Elasticsearch's leading <c>[line:column]</c>.
    /// </exception>
    public static ParsedDocument Parse(IndexMapping mapping, string id, JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "document_parsing_exception", "Malformed content, must start with an object");
        }

        DocumentParser parser = new(mapping, id);
        parser.ReadObject("", source);
        return parser._document;
    }

    /// <summary>The 400 error of a document that could not be parsed.</summary>
    public static ElasticsearchException Failure(ElasticsearchException cause) => Failure("failed to parse: " + cause.Reason, cause);

    private static ElasticsearchException Failure(string reason, ElasticsearchException? cause) =>
        new(StatusCodes.Status400BadRequest, "document_parsing_exception", reason, cause);

    private void ReadObject(string prefix, JsonElement element)
    {
        foreach (JsonProperty member in element.EnumerateObject())
        {
            ReadField(prefix + member.Name, member.Value);
        }
    }

    private void ReadField(string path, JsonElement value)
    {
        if (FindOrGuess(path, value) is { } field)
        {
            if (field.Type == FieldType.DenseVector)
            {
                ReadVector(field, value);
            }
            else
            {
                ReadValues(field, value);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            ReadObject(path + ".", value);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement element in value.EnumerateArray().Where(static element => element.ValueKind == JsonValueKind.Object))
            {
                ReadObject(path + ".", element);
            }
        }
    }

    private FieldDefinition? FindOrGuess(string path, JsonElement value)
    {
        if ((mapping.Find(path) ?? _document.NewFields.GetValueOrDefault(path)) is { } known)
        {
            return known;
        }

        if (mapping.Dynamic == DynamicMode.Ignore || DynamicMapping.Guess(path, value) is not { } guess)
        {
            return null;
        }

        if (mapping.IsObject(path))
        {
            throw Failure($"object mapping for [{path}] tried to parse field [{path}] as object, but found a concrete value", null);
        }

        if (mapping.Dynamic == DynamicMode.Strict)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest,
                "strict_dynamic_mapping_exception",
                $"mapping set to strict, dynamic introduction of [{path}] within [_doc] is not allowed");
        }

        return _document.NewFields[path] = guess;
    }

    private void ReadValues(FieldDefinition field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement element in value.EnumerateArray())
            {
                ReadValues(field, element);
            }
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            ReadValue(field, value);
            foreach (FieldDefinition multiField in field.MultiFields)
            {
                ReadValue(multiField, value);
            }
        }
    }

    private void ReadValue(FieldDefinition field, JsonElement value)
    {
        string text = value.ToString();
        if (value.ValueKind == JsonValueKind.Object)
        {
            throw Refused(field, text, ElasticsearchException.IllegalArgument("Expected text but found START_OBJECT"));
        }

        switch (field.Type)
        {
            case FieldType.Boolean:
                string lower = value.ValueKind == JsonValueKind.String ? text : text.ToLowerInvariant();
                _document.Terms.Add(lower is "true" or "false" or ""
                    ? (field, lower.Length == 0 ? "false" : lower)
                    : throw Refused(
                        field, text, ElasticsearchException.IllegalArgument($"Failed to parse value [{text}] as only [true] or [false] are allowed.")));
                break;
            case FieldType.Text or FieldType.Keyword:
                // A JSON true is indexed as "true". JsonElement.ToString would return "True".
                string term = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? text.ToLowerInvariant() : text;
                if (term.Length <= (field.IgnoreAbove ?? int.MaxValue))
                {
                    _document.Terms.Add((field, term));
                }

                break;
            case FieldType.Date:
                _document.Numbers.Add(DateValue.TryParseLenient(text, out DateValue date)
                    ? (field, date.First)
                    : throw Refused(field, text, NotADate(text)));
                break;
            default:
                _document.Numbers.Add((field, ReadNumber(field, value, text)));
                break;
        }
    }

    private double ReadNumber(FieldDefinition field, JsonElement value, string text)
    {
        if (value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
        {
            throw Refused(field, text, ElasticsearchException.Parsing("Current token is not numeric"));
        }

        try
        {
            return NumberValue.Parse(field.Type, text);
        }
        catch (ElasticsearchException exception)
        {
            throw Refused(field, text, exception);
        }
    }

    private void ReadVector(FieldDefinition field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        try
        {
            float[] vector = VectorValue.ParseStored(field, id, value);
            VectorValue.Check(vector, field.Vector!);
            _document.Vectors.Add((field, vector));
            if (field.Vector!.Dimensions is null)
            {
                _document.NewFields[field.Path] = field with { Vector = field.Vector with { Dimensions = vector.Length } };
            }
        }
        catch (ElasticsearchException exception)
        {
            throw Failure(exception);
        }
    }

    private static ElasticsearchException NotADate(string text) =>
        ElasticsearchException.IllegalArgument(
            $"failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]",
            new ElasticsearchException(StatusCodes.Status400BadRequest, "date_time_parse_exception", "Failed to parse with all enclosed parsers"));

    private ElasticsearchException Refused(FieldDefinition field, string text, ElasticsearchException cause) =>
        Failure($"failed to parse field [{field.Path}] of type [{field.Type.Name()}] in document with id '{id}'. Preview of field's value: '{text}'", cause);
}
