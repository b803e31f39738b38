using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Targets;

/// <summary>A clause whose field and query vector are known: all that decides its refined vector.</summary>
/// <param name="ClauseTask">The clause, its search and its target.</param>
/// <param name="Mapping">The clause's field.</param>
/// <param name="QueryVector">As the engine reads it: float32, of the field's dimensions. Read-only.</param>
internal sealed record VectorTask(ClauseTask ClauseTask, FieldMapping Mapping, float[] QueryVector)
{
    public SearchRequest Search => ClauseTask.Search;

    public KnnClause Clause => ClauseTask.Clause;

    public Target Target => ClauseTask.Target;

    /// <summary>Where the body names this vector without spelling it out.</summary>
    public IReadOnlyList<VectorPlace> HiddenCopies { get; init; } = [];
}
