using System.Text;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

/// <summary>A body and what was recognized in it, told as text.</summary>
internal sealed class SearchBody(byte[] bytes)
{
    public SearchBody(string json)
        : this(Encoding.UTF8.GetBytes(json))
    {
    }

    /// <summary>The frame with the JSON in place of every <c>#</c>.</summary>
    public static string Fill(string frame, string json) => frame.Replace("#", json, StringComparison.Ordinal);

    /// <summary>A query as a <c>wrapper</c> holds it.</summary>
    public static string Wrap(string query) => $$$"""{"wrapper":{"query":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(query))}}}"}}""";

    public byte[] Bytes => bytes;

    public RecognizedSearch? Search { get; } = Recognizer.Recognize(bytes);

    /// <summary>The clauses; fails the test where there are none.</summary>
    public IReadOnlyList<KnnClause> Clauses =>
        Search?.Clauses ?? throw new InvalidOperationException("nothing recognized in " + Encoding.UTF8.GetString(bytes));

    public KnnClause OnlyClause => Assert.Single(Clauses);

    public string[] OtherVectors => [.. Search!.OtherVectors.Select(vector => Text(vector.Json))];

    public static string Text(BodySlice slice) => Encoding.UTF8.GetString(slice.Span);

    public static string Vector(KnnClause clause) => Text(clause.Vector.Json);

    /// <summary>Filters as JSON; a leading <c>!</c> for negated ones, <c>own </c> for the clause's own, <c>path: </c> for those of nested documents.</summary>
    public static string[] Filters(KnnClause clause) =>
        [.. clause.Filters.Select(filter =>
            (filter.NestedPath is { } path ? path + ": " : "") + (filter.IsOwn ? "own " : "") + (filter.IsNegated ? "!" : "") + Text(filter.Json))];
}
