using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Targets;

/// <summary>A clause whose field and query vector are known: all that decides its refined vector.</summary>
/// <param name="Of">The clause, its search and its target.</param>
/// <param name="Mapping">The clause's field.</param>
/// <param name="QueryVector">As the engine reads it: float32, of the field's dimensions. Nobody writes to it.</param>
internal sealed record VectorTask(ClauseTask Of, FieldMapping Mapping, float[] QueryVector)
{
    public SearchRequest Search => Of.Search;

    public KnnClause Clause => Of.Clause;

    public Target Target => Of.Target;

    /// <summary>Where the body means this very vector without spelling it out.</summary>
    public IReadOnlyList<VectorPlace> HiddenCopies { get; init; } = [];
}
