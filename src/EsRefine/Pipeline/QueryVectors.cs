using EsRefine.Recognition;
using EsRefine.Sampling;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Pipeline;

/// <summary>Reads what a clause searches: its field's mapping and its query vector.</summary>
internal sealed class QueryVectors(MappingCache mappings)
{
    private static readonly NotRefined Hidden = new(
        RefinementOutcome.Unsupported, "a vector that cannot be fetched may be a copy of this one, and either all copies are replaced or none");

    /// <summary>The clause with its field and its query vector, or the reason why it is not refined.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async Task<Outcome<VectorTask>> ReadAsync(ClauseTask task, SearchScope scope)
    {
        KnnClause clause = task.Clause;
        Deadline deadline = scope.DeadlineOf(task.Target);
        Outcome<FieldMapping> field = await deadline.WaitAsync(mappings.ReadAsync(task.Search, clause.Field, task.PointInTime, deadline.Token));
        if (!field.TryGet(out FieldMapping? mapping, out NotRefined? reason))
        {
            return reason;
        }

        if (ReasonNotRefinable(clause, mapping) is { } unsupported)
        {
            return new NotRefined(RefinementOutcome.Unsupported, unsupported);
        }

        SourceVectors sources = scope.SourcesOf(task);
        Outcome<float[]> vector = clause.Source is { } source
            ? await deadline.WaitAsync(sources.FetchAsync(source, task.Target, mapping, deadline.Token))
            : ReadWritten(task, mapping);
        if (!vector.TryGet(out float[]? queryVector, out reason))
        {
            return reason;
        }

        if (mapping.Dimensions is { } dimensions && dimensions != queryVector.Length)
        {
            return new NotRefined(
                RefinementOutcome.DimensionMismatch,
                $"the query vector has {queryVector.Length} dimensions but field '{clause.Field}' is mapped with {dimensions}; check the embedding model");
        }

        Outcome<List<VectorPlace>> copies = await FindHiddenCopiesAsync(new(task, mapping, queryVector), sources, deadline);
        return copies.TryGet(out List<VectorPlace>? places, out reason) ? new VectorTask(task, mapping, queryVector) { HiddenCopies = places } : reason;
    }

    /// <summary>The vector in the body.</summary>
    private static Outcome<float[]> ReadWritten(ClauseTask task, FieldMapping mapping) =>
        VectorText.TryRead(task.Clause.Vector.Json.Span, task.Clause.Vector.Spelling, mapping.VectorType, out float[] vector)
            ? vector
            : new NotRefined(RefinementOutcome.Unsupported, $"the query vector is not one that field '{task.Clause.Field}' accepts");

    /// <summary>Where the body names this vector without spelling it out. A reason where that is not known: either all copies are replaced or none.</summary>
    private static async Task<Outcome<List<VectorPlace>>> FindHiddenCopiesAsync(VectorTask task, SourceVectors sources, Deadline deadline)
    {
        List<VectorPlace> copies = [];
        foreach ((VectorSource other, string? field) in task.ClauseTask.Recognized.HiddenBeside(task.Clause))
        {
            bool? isOnField = field is null ? null : Splicer.IsOnField(field, task.Clause, task.Mapping);
            if (isOnField == false)
            {
                continue;
            }

            if (!other.IsSameAs(task.Clause.Source))
            {
                Outcome<float[]> fetched = await deadline.WaitAsync(sources.FetchAsync(other, task.Target, task.Mapping, deadline.Token));
                if (!fetched.TryGet(out float[]? vector, out NotRefined? reason))
                {
                    return reason.Failure is null ? Hidden : reason;
                }

                if (!vector.AsSpan().SequenceEqual(task.QueryVector))
                {
                    continue;
                }
            }

            if (isOnField is null)
            {
                return Hidden;
            }

            copies.Add(other.Place);
        }

        return copies;
    }

    private static string? ReasonNotRefinable(KnnClause clause, FieldMapping mapping) => mapping switch
    {
        { ElementType.IsRefined: false } => $"field '{clause.Field}' holds {mapping.ElementType} vectors",
        { Similarity: null } when clause.Script is null => $"field '{clause.Field}' is ranked by a space that is not refined",
        _ when clause.IsJoined => $"the clause on '{clause.Field}' stands inside has_child or has_parent: its hits are not the documents with the vectors",
        { SemanticField: not null } when clause.Form is KnnClauseForm.TopLevel or KnnClauseForm.Retriever =>
            $"field '{clause.Field}' is semantic_text, which Elasticsearch searches by knn queries only",
        _ when clause.NestedPath != mapping.PathOfClauses && !clause.NamesPassagesFromOutside =>
            $"the clause on '{clause.Field}' stands inside another nested query than the field: its hits hold no such vectors",
        _ when clause.Filters.Any(filter => filter is { IsOwn: false, NestedPath: not null } && filter.NestedPath != mapping.NestedPath) =>
            $"a filter of the clause on '{clause.Field}' applies to passages of another level",
        _ when clause.Form != KnnClauseForm.Script && clause.Dialect != mapping.Dialect =>
            $"the clause is written for {clause.Dialect}, the mapping is {mapping.Dialect}'s",
        _ => null,
    };
}
