using System.Text.Json;

namespace EsRefine.Recognition;

// Retriever trees (knn-wire 1.5).
internal ref partial struct SearchBodyWalker
{
    /// <summary>One retriever: an object whose only key is its type, or <c>{"retriever":…,"weight":…}</c> inside <c>rrf</c> and <c>linear</c>.</summary>
    private void WalkRetriever()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Retriever:
                    WalkRetriever();
                    break;
                case BodyWord.Knn:
                    int firstCondition = _conditions.Count;
                    WalkElasticsearchKnn(KnnClauseForm.Retriever, ranks: true);
                    Forget(firstCondition);
                    break;
                case BodyWord.Standard or BodyWord.Rrf or BodyWord.Linear or BodyWord.TextSimilarityReranker or BodyWord.Rule or BodyWord.Rescorer
                    or BodyWord.Pinned or BodyWord.Diversify or BodyWord.RandomReranker:
                    WalkRetrieverOptions();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }
    }

    /// <summary>The types share their keys: children in <c>retriever</c> or <c>retrievers</c>, or a <c>query</c>, under a common <c>filter</c>.</summary>
    private void WalkRetrieverOptions()
    {
        int firstDraft = _drafts.Count;
        ByteRange? filter = null;
        VectorLocation? diversifiedBy = null;
        VectorSource? source = null;
        string? field = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query when _reader.TokenType == JsonTokenType.StartObject:   // in rrf and linear it may be a text over fields
                    WalkAlternative(ranks: true);
                    break;
                case BodyWord.Retriever:
                    WalkRetriever();
                    break;
                case BodyWord.Retrievers:
                    Elements elements = default;
                    while (NextElement(ref elements))
                    {
                        WalkRetriever();
                    }

                    break;
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                case BodyWord.Rescore:
                    WalkRescore();
                    break;
                case BodyWord.QueryVector:
                    diversifiedBy = WalkVector();
                    break;
                case BodyWord.QueryVectorBuilder:
                    (_, source) = WalkVectorBuilder();
                    break;
                case BodyWord.Field when _reader.TokenType == JsonTokenType.String:
                    field = ReadText();
                    break;
                case BodyWord.SearchAfter:   // of a standard retriever
                    ReadSearchAfter();
                    break;
                default:
                    WalkHitOption(word);
                    break;
            }
        }

        Note(diversifiedBy, field);
        Note(source, field);
        Give(filter, firstDraft);
    }
}
