using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary><c>range</c> over numbers, dates (rounded to the precision written; no date math) and terms (by their UTF-16 order).</summary>
/// <param name="From"><c>gte</c> or <c>gt</c>.</param>
/// <param name="To"><c>lte</c> or <c>lt</c>.</param>
internal sealed record RangeQuery(string Field, RangeBound? From, RangeBound? To) : Query
{
    public static Query Parse(JsonElement body)
    {
        JsonProperty field = QueryParser.SingleField("range", body).Field;
        if (field.Value.ValueKind != JsonValueKind.Object)
        {
            throw ElasticsearchException.Parsing($"[range] query does not support [{field.Name}]");
        }

        RangeQuery query = new(field.Name, null, null);
        foreach (JsonProperty member in field.Value.EnumerateObject())
        {
            RangeBound? bound = member.Value.ValueKind == JsonValueKind.Null ? null : new RangeBound(member.Value.ToString(), member.Name is "gte" or "lte");
            query = member.Name switch
            {
                "gte" or "gt" => query with { From = bound },
                "lte" or "lt" => query with { To = bound },
                "boost" => query with { Boost = QueryParser.Float("range", member) },
                _ => throw QueryParser.Unsupported("range", member.Name),
            };
        }

        return query;
    }

    /// <summary>The closed interval of a single value of a number or date field. A date such as 2020-01 covers its whole month.</summary>
    /// <exception cref="ElasticsearchException">400 <c>query_shard_exception</c>: the value is not a number or date.</exception>
    public static (double From, double To) Interval(FieldDefinition field, string value, ShardContext shard)
    {
        if (field.Type == FieldType.Date)
        {
            return DateValue.TryParseLenient(value, out DateValue date)
                ? (date.First, date.Last)
                : throw new ElasticsearchException(
                    StatusCodes.Status400BadRequest,
                    "parse_exception",
                    $"failed to parse date field [{value}] with format [strict_date_optional_time||epoch_millis]");
        }

        try
        {
            // No integer equals a fraction, so a single value with a fraction matches nothing. Bounds may have a fraction: 3.5 lies between 3 and 4.
            double number = NumberValue.Parse(field.Type == FieldType.Float ? FieldType.Float : FieldType.Double, value);
            return (number, number);
        }
        catch (ElasticsearchException exception)
        {
            throw shard.Refuse(exception);
        }
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        if (!shard.Index.Mapping.Fields.TryGetValue(Field, out FieldDefinition? field))
        {
            return;
        }

        if (field.Type.IsTerm())
        {
            shard.Index.Terms(Field)?.Match(Holds, Boost, scores);
            return;
        }

        if (field.Type == FieldType.DenseVector)
        {
            throw shard.Refuse(ElasticsearchException.IllegalArgument($"Field [{Field}] of type [dense_vector] does not support range queries"));
        }

        double from = double.NegativeInfinity;
        double to = double.PositiveInfinity;
        if (From is { } lower)
        {
            (double first, double last) = Interval(field, lower.Value, shard);
            from = lower.Inclusive ? first : Math.BitIncrement(last);
        }

        if (To is { } upper)
        {
            (double first, double last) = Interval(field, upper.Value, shard);
            to = upper.Inclusive ? last : Math.BitDecrement(first);
        }

        shard.Index.Numbers(Field)?.Match(from, to, Boost, scores);
    }

    private bool Holds(string term)
    {
        int above = From is { } from ? string.CompareOrdinal(term, from.Value) : 1;
        int below = To is { } to ? string.CompareOrdinal(term, to.Value) : -1;
        return (above > 0 || (above == 0 && From!.Inclusive)) && (below < 0 || (below == 0 && To!.Inclusive));
    }
}

/// <summary>One end of a range.</summary>
/// <param name="Value">As written.</param>
/// <param name="Inclusive">Whether the range includes the value.</param>
internal sealed record RangeBound(string Value, bool Inclusive);
