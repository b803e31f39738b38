using System.Globalization;
using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary><c>bool</c>: adds the scores of <c>must</c> and <c>should</c> clauses. <c>filter</c> and <c>must_not</c> do not affect the score.</summary>
internal sealed record BoolQuery : Query
{
    public Query[] Must { get; init; } = [];

    private Query[] Should { get; init; } = [];

    public Query[] Filter { get; init; } = [];

    private Query[] MustNot { get; init; } = [];

    private string? MinimumShouldMatch { get; init; }

    public static Query Parse(JsonElement body)
    {
        BoolQuery query = new();
        foreach (JsonProperty member in body.EnumerateObject())
        {
            query = member.Name switch
            {
                "must" => query with { Must = Clauses(member) },
                "should" => query with { Should = Clauses(member) },
                "filter" => query with { Filter = Clauses(member) },
                "must_not" => query with { MustNot = Clauses(member) },
                "minimum_should_match" => query with { MinimumShouldMatch = member.Value.ToString() },
                "boost" => query with { Boost = QueryParser.Float("bool", member) },
                _ => throw QueryParser.UnknownField("bool", member.Name),
            };
        }

        return query;
    }

    /// <summary>A query that matches documents that pass all of the given filters.</summary>
    public static BoolQuery AllOf(Query[] filters) => new BoolQuery { Filter = filters };

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        if (Must.Length + Should.Length + Filter.Length + MustNot.Length == 0)
        {
            scores.Fill(Boost);
            return;
        }

        double[] sums = new double[scores.Length];
        bool[] excluded = new bool[scores.Length];
        foreach (Query clause in Must)
        {
            Add(clause.Evaluate(shard), sums, excluded);
        }

        foreach (Query clause in Filter)
        {
            Add(clause.Evaluate(shard), sums: null, excluded);
        }

        foreach (Query clause in MustNot)
        {
            float[] unwanted = clause.Evaluate(shard);
            for (int ordinal = 0; ordinal < unwanted.Length; ordinal++)
            {
                excluded[ordinal] |= !float.IsNaN(unwanted[ordinal]);
            }
        }

        ScoreShould(shard, sums, excluded);
        for (int ordinal = 0; ordinal < scores.Length; ordinal++)
        {
            if (!excluded[ordinal])
            {
                scores[ordinal] = (float)sums[ordinal] * Boost;
            }
        }
    }

    private static Query[] Clauses(JsonProperty member)
    {
        try
        {
            return QueryParser.ParseMany(member.Value);
        }
        catch (ElasticsearchException exception)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "x_content_parse_exception", $"[bool] failed to parse field [{member.Name}]", exception)
            {
                Root = exception.Root ?? exception,
            };
        }
    }

    private static void Add(float[] clause, double[]? sums, bool[] excluded)
    {
        for (int ordinal = 0; ordinal < clause.Length; ordinal++)
        {
            if (float.IsNaN(clause[ordinal]))
            {
                excluded[ordinal] = true;
            }
            else if (sums is not null)
            {
                sums[ordinal] += clause[ordinal];
            }
        }
    }

    private void ScoreShould(ShardContext shard, double[] sums, bool[] excluded)
    {
        int[] matching = new int[sums.Length];
        foreach (Query clause in Should)
        {
            float[] part = clause.Evaluate(shard);
            for (int ordinal = 0; ordinal < part.Length; ordinal++)
            {
                if (!float.IsNaN(part[ordinal]))
                {
                    sums[ordinal] += part[ordinal];
                    matching[ordinal]++;
                }
            }
        }

        int minimum = Should.Length == 0 ? 0 : ParseMinimum();
        for (int ordinal = 0; ordinal < matching.Length; ordinal++)
        {
            excluded[ordinal] |= matching[ordinal] < minimum;
        }
    }

    // Accepts 2, -1 (all but one), 75% and -25%.
    private int ParseMinimum()
    {
        if (MinimumShouldMatch is not { } text)
        {
            return Must.Length + Filter.Length == 0 ? 1 : 0;
        }

        bool percent = text.EndsWith('%');
        if (!int.TryParse(percent ? text[..^1] : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            throw ElasticsearchException.IllegalArgument($"[bool] minimum_should_match [{text}] is not supported by the embedded index");
        }

        int count = percent ? number * Should.Length / 100 : number;
        return number < 0 ? Should.Length + count : count;
    }
}
