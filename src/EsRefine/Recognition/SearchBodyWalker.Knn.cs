using System.Text.Json;

namespace EsRefine.Recognition;

// kNN clauses of both engines (knn-wire 1.2, 1.4, 1.11) and their kin that hold text in place of a vector (1.6, 2.2).
internal ref partial struct SearchBodyWalker
{
    private void WalkTopLevelKnn()
    {
        Elements clauses = default;
        while (NextElement(ref clauses))
        {
            int firstCondition = _conditions.Count;
            WalkElasticsearchKnn(KnnClauseForm.TopLevel, ranks: true);
            Forget(firstCondition);
        }
    }

    private void WalkKnnQuery(bool ranks)
    {
        if (IsKeyedByField())
        {
            WalkOpenSearchKnn(ranks);
        }
        else
        {
            WalkElasticsearchKnn(KnnClauseForm.Query, ranks);
        }
    }

    /// <summary>OpenSearch: exactly one key, whose value is an object.</summary>
    private readonly bool IsKeyedByField()
    {
        Utf8JsonReader ahead = _reader;
        if (!ahead.Read() || ahead.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        BodyWord word = BodyWords.Of(ahead.ValueSpan);
        ahead.Read();
        if (ahead.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        if (word is not (BodyWord.Filter or BodyWord.QueryVectorBuilder or BodyWord.RescoreVector or BodyWord.InnerHits))
        {
            return true;
        }

        // A key of Elasticsearch's clause, unless it is the only one: then a field of that name.
        ahead.Skip();
        ahead.Read();
        return ahead.TokenType == JsonTokenType.EndObject;
    }

    /// <summary><c>{"field":"vec","query_vector":[…],"k":10,"num_candidates":100,"filter":…}</c>.</summary>
    private void WalkElasticsearchKnn(KnnClauseForm form, bool ranks)
    {
        string? field = null, text = null;
        VectorLocation? vector = null;
        int? k = null, numCandidates = null;
        ByteRange? filter = null;
        VectorLookup? lookup = null;
        bool hasBuilder = false, isRadial = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Field:
                    field = ReadText();
                    break;
                case BodyWord.QueryVector:
                    vector = WalkVector();
                    break;
                case BodyWord.QueryVectorBuilder:
                    hasBuilder = _reader.TokenType == JsonTokenType.StartObject;
                    (text, lookup) = WalkVectorBuilder();
                    break;
                case BodyWord.K:
                    k = ReadInteger();
                    break;
                case BodyWord.NumCandidates:
                    numCandidates = ReadInteger();
                    break;
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                case BodyWord.Similarity:
                    isRadial = true;
                    _reader.Skip();
                    break;
                case BodyWord.InnerHits:
                    WalkInnerHits();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        // Without a field or with both of vector and builder, the cluster refuses the search.
        if (field is null || vector.HasValue == hasBuilder)
        {
            Note(vector, field);
            return;
        }

        var clause = new ClauseDraft
        {
            Dialect = EngineDialect.Elasticsearch,
            Form = hasBuilder ? KnnClauseForm.TextOnly : form,
            Field = field,
            Vector = vector.GetValueOrDefault() with { Field = field },
            Lookup = lookup,
            K = k,
            NumCandidates = numCandidates,
            Text = text,
            IsRadial = isRadial,
        };
        Take(clause, filter, ranks);
    }

    /// <summary><c>{"vec":{"vector":[…],"k":10,"filter":…}}</c>.</summary>
    private void WalkOpenSearchKnn(bool ranks)
    {
        Members fields = default;
        if (!NextName(ref fields))
        {
            return;
        }

        string? field = TextUnderReader();
        _reader.Read();
        VectorLocation? vector = null;
        int? k = null;
        ByteRange? filter = null;
        bool isRadial = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Vector:
                    vector = WalkVector();
                    break;
                case BodyWord.K:
                    k = ReadInteger();
                    break;
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                case BodyWord.MinScore or BodyWord.MaxDistance:
                    isRadial = true;
                    _reader.Skip();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        if (NextName(ref fields))
        {
            _isRefused = true;
            SkipRest(ref fields);
        }

        // OpenSearch takes arrays only; a string is a placeholder that a pipeline fills.
        if (field is not null && vector is { Spelling: VectorSpelling.Array } array)
        {
            var clause = new ClauseDraft
            {
                Dialect = EngineDialect.OpenSearch,
                Form = KnnClauseForm.Query,
                Field = field,
                Vector = array with { Field = field },
                K = k,
                IsRadial = isRadial,
            };
            Take(clause, filter, ranks);
        }
    }

    /// <summary>OpenSearch <c>{"vec":{"query_text":"…","model_id":"…","k":10}}</c>.</summary>
    private void WalkNeural(bool ranks)
    {
        Members fields = default;
        if (!NextName(ref fields))
        {
            return;
        }

        string? field = TextUnderReader();
        _reader.Read();
        string? text = null;
        int? k = null;
        ByteRange? filter = null;
        bool isRadial = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.QueryText:
                    text = ReadText();
                    break;
                case BodyWord.K:
                    k = ReadInteger();
                    break;
                case BodyWord.Filter:
                    filter = WalkFilter();
                    break;
                case BodyWord.MinScore or BodyWord.MaxDistance:
                    isRadial = true;
                    _reader.Skip();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        if (NextName(ref fields))
        {
            _isRefused = true;
            SkipRest(ref fields);
        }

        if (field is not null)
        {
            var clause = new ClauseDraft
            {
                Dialect = EngineDialect.OpenSearch,
                Form = KnnClauseForm.TextOnly,
                Field = field,
                Text = text,
                K = k,
                IsRadial = isRadial,
            };
            Take(clause, filter, ranks);
        }
    }

    /// <summary>Elasticsearch <c>{"field":"f","query":"text"}</c>.</summary>
    private void WalkSemantic(bool ranks)
    {
        string? field = null, text = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Field:
                    field = ReadText();
                    break;
                case BodyWord.Query:
                    text = ReadText();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        if (field is not null)
        {
            Take(new ClauseDraft { Dialect = EngineDialect.Elasticsearch, Form = KnnClauseForm.TextOnly, Field = field, Text = text }, filter: null, ranks);
        }
    }

    /// <summary>The text of <c>text_embedding</c> or <c>embedding</c>, or the document of a <c>lookup</c>; neither for other builders (images).</summary>
    private (string? Text, VectorLookup? Lookup) WalkVectorBuilder()
    {
        int start = _nameStart;
        string? text = null;
        VectorLookup? lookup = null;
        Members builders = default;
        while (NextWord(ref builders, out BodyWord builder))
        {
            switch (builder)
            {
                case BodyWord.TextEmbedding or BodyWord.Embedding:
                    text = WalkEmbeddingBuilder();
                    break;
                case BodyWord.Lookup:
                    lookup = WalkLookup();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        return (text, lookup is null ? null : lookup with { Range = RangeFrom(start) });
    }

    private string? WalkEmbeddingBuilder()
    {
        string? text = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            if (word is BodyWord.ModelText or BodyWord.Input)
            {
                text = ReadText();
            }
            else
            {
                _reader.Skip();
            }
        }

        return text;
    }

    /// <summary><c>{"index":"i","id":"42","path":"vec","routing":"r"}</c>.</summary>
    private VectorLookup? WalkLookup()
    {
        string? index = null, id = null, path = null, routing = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Index:
                    index = ReadText();
                    break;
                case BodyWord.Id:
                    id = ReadText();
                    break;
                case BodyWord.Path:
                    path = ReadText();
                    break;
                case BodyWord.Routing:
                    routing = ReadText();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        return index is not null && id is not null && path is not null ? new(index, id, path, routing, default) : null;
    }

    /// <summary>Takes a clause that ranks; of another, only its vector is noted.</summary>
    private void Take(ClauseDraft clause, ByteRange? filter, bool ranks)
    {
        if (!ranks)
        {
            Note(clause.Vector.Range.Length == 0 ? null : clause.Vector, clause.OtherFields.Count == 0 ? clause.Field : null);
            return;
        }

        if (filter is { } own)
        {
            clause.Filters.Add(new(own, IsOwn: true));
            Demand(own);
        }

        AddUpTo(MaxClauses, _drafts, clause);
    }

    private void Note(VectorLocation? vector, string? field)
    {
        if (vector is { } location)
        {
            AddUpTo(MaxOtherVectors, _otherVectors, location with { Field = field });
        }
    }

    /// <summary>The vector under the reader, whose numbers are checked when it is read; null for anything else.</summary>
    private VectorLocation? WalkVector()
    {
        VectorSpelling? spelling = _reader.TokenType switch
        {
            JsonTokenType.StartArray => VectorSpelling.Array,
            JsonTokenType.String => VectorSpelling.String,
            JsonTokenType.Number => VectorSpelling.Number,
            _ => null,
        };
        ByteRange range = SkipValue();
        return spelling is { } spelled ? new(range, spelled) : null;
    }
}
