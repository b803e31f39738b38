using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.Targets;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Http;

namespace EsRefine.Tests.Targets;

/// <summary>Tasks for stages that are tested alone.</summary>
internal static class Tasks
{
    /// <summary>The vector of one clause of a body, on a target with the usual settings.</summary>
    public static VectorTask Of(RecognizedSearch recognized, KnnClause clause, FieldMapping mapping, float[] queryVector)
    {
        Target target = new()
        {
            Mode = RefinementMode.Refine,
            Rule = RefinementRules.TryParse("rocchio", out IRefinementRule? rule) ? rule : throw new InvalidOperationException("there is no rocchio"),
            Deadline = TimeSpan.FromSeconds(1),
            SampleSize = 20,
            Guards = RefinementGuards.Default,
        };
        SearchRequest search = new() { Index = "i", Body = default, Headers = new HeaderDictionary() };
        return new(new(search, recognized, clause, target, "a question"), mapping, queryVector);
    }
}
