using EsRefine.Recognition;
using EsRefine.Remembering;
using EsRefine.Vectors;

namespace EsRefine;

/// <summary>A clause with what was decided before any work: its target and the text its vector stands for.</summary>
internal sealed record ClauseInHand(KnnClause Clause, Target Target, string? QueryText)
{
    /// <summary>Why nothing is tried; null where something is.</summary>
    public RefinementOutcome? WhyNot =>
        Target.Mode == RefinementMode.Off ? RefinementOutcome.TargetOff
        : Clause.Form is KnnClauseForm.TextOnly or KnnClauseForm.OpaqueScript || LacksModel ? RefinementOutcome.Unsupported
        : string.IsNullOrWhiteSpace(QueryText) ? RefinementOutcome.NoQueryText
        : null;

    /// <summary>The cause of <see cref="WhyNot"/>, where the clause itself is it.</summary>
    public string? Detail => WhyNot != RefinementOutcome.Unsupported ? null
        : LacksModel ? "nobody is named who embeds the text: say 'model' in its target"
        : Clause.WhyNotRefined;

    private bool LacksModel => Clause.Source is TextToEmbed && Target.Model is null;
}

/// <summary>The text a query vector stands for: the first source that has it.</summary>
internal static class QueryText
{
    /// <summary>Header · text of the clause, or of a clause of text alone beside it · lexical sibling · the text the models listener made the vector of.</summary>
    public static async ValueTask<string?> FindAsync(SearchRequest search, RecognizedSearch recognized, KnnClause clause, VectorMemory? memory) =>
        search.QueryText
        ?? clause.Text
        ?? recognized.Clauses.Select(static other => other.Text).FirstOrDefault(static text => text is not null)
        ?? recognized.LexicalText
        ?? (memory is null ? null : await memory.FindAsync(VectorText.ReadFloats(clause.Vector.Range.Of(search.Body.Span), clause.Vector.Spelling)));
}
