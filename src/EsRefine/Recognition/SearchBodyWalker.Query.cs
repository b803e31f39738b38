using System.Text.Json;

namespace EsRefine.Recognition;

// The query DSL (knn-wire 1.4, 1.11).
internal ref partial struct SearchBodyWalker
{
    /// <summary>Walks one query object and says of which kind it is. What it demands of a hit is left on the conditions.</summary>
    private BodyWord WalkQuery(bool ranks)
    {
        int start = TokenStart;
        ByteRange? wrapped = null;
        Members members = default;
        if (!NextWord(ref members, out BodyWord word))
        {
            return BodyWord.Unknown;
        }

        switch (word)
        {
            case BodyWord.Bool:
                WalkBool(ranks);
                break;
            case BodyWord.Knn:
                WalkKnnQuery(ranks);
                break;
            case BodyWord.ScriptScore:
                WalkScriptScore(ranks);
                break;
            case BodyWord.Neural:
                WalkNeural(ranks);
                break;
            case BodyWord.Semantic:
                WalkSemantic(ranks);
                break;
            case BodyWord.Nested:
                WalkNested(ranks);
                break;
            case BodyWord.HasChild or BodyWord.HasParent:
                WalkJoin(ranks);
                break;
            case BodyWord.DisMax or BodyWord.Hybrid:
                WalkAlternatives(ranks);
                break;
            case BodyWord.FunctionScore:
                WalkFunctionScore(ranks);
                break;
            case BodyWord.Boosting:
                WalkBoosting(ranks);
                break;
            case BodyWord.ConstantScore:
                WalkConstantScore();
                break;
            case BodyWord.Pinned or BodyWord.Rule:
                WalkOrganic(ranks);
                break;
            case BodyWord.Script:
                WalkScriptHolder();
                break;
            case BodyWord.Wrapper:
                wrapped = WalkWrapper();
                break;
            case BodyWord.Match or BodyWord.MatchPhrase when ranks && _lexicalText is null:
                WalkMatch();
                break;
            case BodyWord.MultiMatch or BodyWord.CombinedFields or BodyWord.QueryString or BodyWord.SimpleQueryString when ranks && _lexicalText is null:
                WalkTextQuery();
                break;
            default:
                _reader.Skip();
                break;
        }

        EndAfterOne(ref members);   // "[bool] malformed query, expected [END_OBJECT]"

        if (wrapped is { } text)
        {
            AddUpTo(MaxWrappers, _wrappers ??= [], new(RangeFrom(start), text));
        }

        return word;
    }

    /// <summary>Walks a query that every hit matches and leaves it, or what it demands, on the conditions.</summary>
    // A query that holds a clause is no condition itself: its hits are the nearest to another vector, and those of its text-only kin cannot even be asked
    // for without a model. Only what it demands beside the clause (its filters) counts.
    private void WalkDemanded(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        int start = TokenStart;
        bool isQuery = _reader.TokenType == JsonTokenType.StartObject;
        BodyWord kind = WalkQuery(ranks);
        if (_drafts.Count == firstDraft)
        {
            Forget(firstCondition);
            Demand(isQuery && kind != BodyWord.MatchAll ? RangeFrom(start) : null);
        }
    }

    /// <summary><c>{"query":"Base64"}</c>; the query in it is walked once it stands in the wrapper's place (see <see cref="OpenedBody"/>).</summary>
    private ByteRange? WalkWrapper()
    {
        ByteRange? text = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            _isRefused |= word != BodyWord.Query || _reader.TokenType != JsonTokenType.String;   // neither engine takes anything else, a boost included
            text = SkipValue();
        }

        _isRefused |= text is null;
        return text;
    }

    private void WalkBool(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Must:
                    WalkMust(ranks);
                    break;
                case BodyWord.Should:
                    WalkShould(ranks);
                    break;
                case BodyWord.Filter:
                    Demand(WalkFilter());
                    break;
                case BodyWord.MustNot:
                    Demand(WalkFilter(), isNegated: true);
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        for (int i = firstDraft; i < _drafts.Count; i++)
        {
            (int ownStart, int ownEnd) = _drafts[i].OwnConditions;
            for (int condition = firstCondition; condition < _conditions.Count; condition++)
            {
                if (condition < ownStart || condition >= ownEnd)
                {
                    _drafts[i].Filters.Add(_conditions[condition]);
                }
            }
        }
    }

    private void WalkMust(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        int start = TokenStart;
        Elements elements = default;
        while (NextElement(ref elements))
        {
            int firstOfQuery = _drafts.Count;
            int firstOwn = _conditions.Count;
            WalkDemanded(ranks);
            Own(firstOfQuery, firstOwn);
        }

        if (_drafts.Count == firstDraft && _conditions.Count > firstCondition + 1)
        {
            Forget(firstCondition);
            Demand(RangeFrom(start));   // no clause in any: the array as it is, one condition
        }
    }

    private void WalkShould(bool ranks)
    {
        Elements elements = default;
        while (NextElement(ref elements))
        {
            int firstDraft = _drafts.Count;
            WalkAlternative(ranks);
            Own(firstDraft, _conditions.Count);
        }
    }

    /// <summary>Marks the conditions from there on as those of the clauses' own branch.</summary>
    private readonly void Own(int firstDraft, int firstCondition)
    {
        for (int i = firstDraft; i < _drafts.Count; i++)
        {
            _drafts[i].OwnConditions = (firstCondition, _conditions.Count);
        }
    }

    /// <summary><c>dis_max</c> and OpenSearch's <c>hybrid</c>, whose common <c>filter</c> every sub-query obeys.</summary>
    private void WalkAlternatives(bool ranks)
    {
        int firstDraft = _drafts.Count;
        ByteRange? filter = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Queries:
                    Elements elements = default;
                    while (NextElement(ref elements))
                    {
                        WalkAlternative(ranks);
                    }

                    break;
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        Give(filter, firstDraft);
        Demand(filter);
    }

    private void WalkNested(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        string? path = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query:
                    WalkQuery(ranks);
                    break;
                case BodyWord.Path:
                    path = ReadText();
                    break;
                case BodyWord.InnerHits:
                    WalkInnerHits();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        Forget(firstCondition);   // of the inner documents, not of the hit
        for (int i = firstDraft; i < _drafts.Count; i++)
        {
            _drafts[i].EnterNested(path);
        }
    }

    private void WalkJoin(bool ranks)
    {
        int firstDraft = _drafts.Count;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query:
                    WalkAlternative(ranks);   // what it demands, it demands of the related documents
                    break;
                case BodyWord.InnerHits:
                    WalkInnerHits();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        for (int i = firstDraft; i < _drafts.Count; i++)
        {
            _drafts[i].IsJoined = true;
        }
    }

    /// <summary><c>{"query":…,"script_score":{"script":…}}</c>, or <c>"functions":[{"filter":…,"script_score":{"script":…},"weight":2}]</c>.</summary>
    // However scores and functions are combined, the score never falls where a function's rises: neither engine takes a negative weight or score.
    private void WalkFunctionScore(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        List<ClauseDraft> clauses = [];
        ByteRange? query = null;
        bool hasThreshold = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query:
                    query = WalkScored(ranks);
                    break;
                case BodyWord.ScriptScore:
                    clauses.AddRange(WalkHeldScript());
                    break;
                case BodyWord.Functions:
                    Elements functions = default;
                    while (NextElement(ref functions))
                    {
                        clauses.AddRange(WalkScoreFunction());
                    }

                    break;
                case BodyWord.MinScore:
                    hasThreshold = true;
                    _reader.Skip();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        clauses.ForEach(static clause => clause.IsBoost = true);
        TakeScripts(clauses, ranks, firstDraft, firstCondition, query, hasThreshold);
    }

    private List<ClauseDraft> WalkScoreFunction()
    {
        List<ClauseDraft> clauses = [];
        ByteRange? filter = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                case BodyWord.ScriptScore:
                    clauses = WalkHeldScript();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        if (filter is { } range)
        {
            clauses.ForEach(clause => clause.Filters.Add(new(range)));   // the function scores no other hit
        }

        return clauses;
    }

    private void WalkBoosting(bool ranks)
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Positive:
                    WalkQuery(ranks);
                    break;
                case BodyWord.Negative:
                    WalkAlternative(ranks: false);
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }
    }

    /// <summary>A clause in here selects hits and ranks none: all score alike.</summary>
    private void WalkConstantScore()
    {
        Members members = default;
        while (NextOf(BodyWord.Filter, ref members))
        {
            WalkFilter();
        }
    }

    /// <summary><c>pinned</c> and <c>rule</c>: their fixed documents are hits whatever the organic query demands.</summary>
    private void WalkOrganic(bool ranks)
    {
        Members members = default;
        while (NextOf(BodyWord.Organic, ref members))
        {
            WalkAlternative(ranks);
        }
    }

    /// <summary><c>{"title":"text"}</c> or <c>{"title":{"query":"text"}}</c>.</summary>
    private void WalkMatch()
    {
        Members members = default;
        while (NextName(ref members))
        {
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.StartObject)
            {
                WalkTextQuery();
            }
            else
            {
                TakeLexicalText();
            }
        }
    }

    private void WalkTextQuery()
    {
        Members members = default;
        while (NextOf(BodyWord.Query, ref members))
        {
            TakeLexicalText();
        }
    }

    private void TakeLexicalText()
    {
        if (ReadText() is { } text && _lexicalText is null && !string.IsNullOrWhiteSpace(text))
        {
            _lexicalText = text;
        }
    }
}
