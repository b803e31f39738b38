using EsRefine.Evaluating;
using EsRefine.Evaluation.Files;
using Xunit;

namespace EsRefine.Tests.Evaluating;

/// <summary>Which queries of a set are played, and what is told of the others.</summary>
public sealed class EvaluationSetTests : IDisposable
{
    private readonly SmallSet _files = new();

    [Fact]
    public void Queries_without_a_relevant_document_are_left_out_and_counted()
    {
        EvaluationSet set = EvaluationSet.Read(_files.Folder, "test", most: null);
        Assert.Equal(["sky", "bike", "bread"], set.Queries.Select(static query => query.Id));
        Assert.Equal(1, set.QueriesWithoutRelevant);
    }

    [Fact]
    public void The_first_queries_are_taken_in_file_order() =>
        Assert.Equal(["sky", "bike"], EvaluationSet.Read(_files.Folder, "test", most: 2).Queries.Select(static query => query.Id));

    [Fact]
    public void Ids_that_only_the_qrels_know_are_told() => Assert.Equal(
        [
            "the qrels name 1 queries that queries.jsonl lacks; they are left out",
            "the qrels name 1 documents that corpus.jsonl lacks; the relevant ones count as never found",
        ],
        EvaluationSet.Read(_files.Folder, "test", most: null).Warnings);

    [Fact]
    public void A_set_without_anything_to_score_is_refused()
    {
        _files.Write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nbread\tbread2\t0\n");
        EvaluationFileException refusal = Assert.Throws<EvaluationFileException>(() => EvaluationSet.Read(_files.Folder, "test", most: null));
        Assert.Contains("no query of the split 'test' has a relevant document", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
