namespace EsRefine.Evaluation;

/// <summary>The graded documents of one query.</summary>
public sealed class TopicJudgments
{
    /// <summary>The lowest grade that counts as relevant.</summary>
    public const int LowestRelevantGrade = 1;

    private readonly Dictionary<string, int> _grades;
    private readonly int[] _idealGrades;

    /// <summary>Copies the grades.</summary>
    /// <param name="queryId">The query's id.</param>
    /// <param name="grades">A grade for each judged document id.</param>
    /// <exception cref="ArgumentException">A document occurs twice.</exception>
    public TopicJudgments(string queryId, IEnumerable<KeyValuePair<string, int>> grades)
    {
        QueryId = queryId;
        _grades = new(grades, StringComparer.Ordinal);
        _idealGrades = [.. _grades.Values.Where(static grade => grade >= LowestRelevantGrade).OrderDescending()];
        NotRelevantCount = _grades.Values.Count(static grade => grade == 0);
    }

    /// <summary>The query's id.</summary>
    public string QueryId { get; }

    /// <summary>Every judged document and its grade. In a set whose pool is <c>listed</c>, these documents are the pool.</summary>
    public IReadOnlyDictionary<string, int> Grades => _grades;

    /// <summary>Number of judged documents with a grade of 1 or more.</summary>
    public int RelevantCount => _idealGrades.Length;

    /// <summary>Number of judged documents with grade 0. As in trec_eval, negative grades (spam) count as neither.</summary>
    public int NotRelevantCount { get; }

    /// <summary>The grades of the relevant documents in descending order: the ideal ranking.</summary>
    internal ReadOnlySpan<int> IdealGrades => _idealGrades;

    /// <summary>The document's grade; null if it is not judged.</summary>
    public int? Grade(string documentId) => _grades.TryGetValue(documentId, out int grade) ? grade : null;

    /// <summary>Whether the document was judged with a grade of 1 or more.</summary>
    public bool IsRelevant(string documentId) => _grades.TryGetValue(documentId, out int grade) && grade >= LowestRelevantGrade;
}
