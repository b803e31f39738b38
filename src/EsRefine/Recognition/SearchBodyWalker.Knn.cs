using System.Text.Json;
using EsRefine.Vectors;

namespace EsRefine.Recognition;

// kNN clauses of both engines (knn-wire 1.2, 1.4, 1.11) and their kin that hold text in place of a vector (1.6, 2.2).
internal ref partial struct SearchBodyWalker
{
    private static readonly VectorPlace NoPlace = new(default, "");   // of a source whose builder is not walked to its end yet

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
        VectorSource? source = null;
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
                    (text, source) = WalkVectorBuilder();
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
            Form = hasBuilder && source is null ? KnnClauseForm.TextOnly : form,
            Field = field,
            Vector = vector.GetValueOrDefault() with { Field = field },
            Source = source,
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

        EndAfterOne(ref fields);

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
        ByteRange kind = new(_nameStart, "\"neural\"".Length);
        Members fields = default;
        if (!NextName(ref fields))
        {
            return;
        }

        string? field = TextUnderReader();
        _reader.Read();
        string? text = null, modelId = null;
        int? k = null;
        ByteRange? filter = null, textMember = null, modelMember = null;
        bool hasK = false, isRadial = false, isForKnn = true;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            int start = _nameStart;
            switch (word)
            {
                case BodyWord.QueryText:
                    text = ReadText();
                    textMember = RangeFrom(start);
                    break;
                case BodyWord.ModelId:
                    modelId = ReadText();
                    isForKnn &= modelId is not null;
                    modelMember = RangeFrom(start);
                    break;
                case BodyWord.K:
                    hasK = true;
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
                    isForKnn &= word == BodyWord.Rescore
                        || IsNamed("boost"u8) || IsNamed("_name"u8) || IsNamed("method_parameters"u8) || IsNamed("expand_nested_docs"u8);
                    _reader.Skip();
                    break;
            }
        }

        EndAfterOne(ref fields);

        if (field is null)
        {
            return;
        }

        // The engine itself makes a knn of it, with a k of 10 where nothing bounds the hits.
        TextToEmbed? source = isForKnn && !string.IsNullOrWhiteSpace(text)
            ? new(TextForm.Neural, modelId, text, new(textMember!.Value, "\"vector\":", hasK || isRadial ? "" : ",\"k\":10")
            {
                Others = modelMember is { } model ? [(kind, "\"knn\""), (WithComma(model), "")] : [(kind, "\"knn\"")],
            })
            : null;
        var clause = new ClauseDraft
        {
            Dialect = EngineDialect.OpenSearch,
            Form = source is null ? KnnClauseForm.TextOnly : KnnClauseForm.Query,
            Field = field,
            Source = source,
            Text = text,
            K = k,
            IsRadial = isRadial,
        };
        Take(clause, filter, ranks);
    }

    /// <summary>Whether the member last stepped to has this name.</summary>
    private readonly bool IsNamed(ReadOnlySpan<byte> name) =>
        _body[(_nameStart + 1)..].StartsWith(name) && _body[_nameStart + 1 + name.Length] == '"';

    /// <summary>A member of an object that has others, with the comma that parts it from the next one, or else from the one before.</summary>
    private readonly ByteRange WithComma(ByteRange member)
    {
        int next = member.End + _body[member.End..].IndexOfAnyExcept(" \t\r\n"u8);
        if (_body[next] == ',')
        {
            return new(member.Start, next + 1 - member.Start);
        }

        int comma = _body[..member.Start].LastIndexOf((byte)',');
        return new(comma, member.End - comma);
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

    /// <summary>
    /// The text of <c>text_embedding</c> or <c>embedding</c>, if any, and where the vector is to be had from; no source for builders that are not known (images).
    /// </summary>
    private (string? Text, VectorSource? Source) WalkVectorBuilder()
    {
        int start = _nameStart;
        string? text = null;
        VectorSource? source = null;
        Members builders = default;
        while (NextWord(ref builders, out BodyWord builder))
        {
            switch (builder)
            {
                case BodyWord.TextEmbedding:
                    (text, source) = WalkEmbeddingBuilder(TextForm.TextEmbedding, BodyWord.ModelId, BodyWord.ModelText);
                    break;
                case BodyWord.Embedding:
                    (text, source) = WalkEmbeddingBuilder(TextForm.Embedding, BodyWord.InferenceId, BodyWord.Input);
                    break;
                case BodyWord.Lookup:
                    source = WalkLookup();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        return (text, source is null ? null : source with { Place = new(RangeFrom(start), "\"query_vector\":") });
    }

    /// <summary><c>{"model_id":"m","model_text":"…"}</c>, or <c>{"inference_id":"e","input":"…","timeout":"10s"}</c>.</summary>
    private (string? Text, TextToEmbed? Source) WalkEmbeddingBuilder(TextForm form, BodyWord modelWord, BodyWord textWord)
    {
        string? text = null, modelId = null;
        bool isKnown = true;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            if (word == textWord)
            {
                text = ReadTextInput();
            }
            else if (word == modelWord)
            {
                modelId = ReadText();
                isKnown &= modelId is not null;
            }
            else
            {
                isKnown &= word == BodyWord.Timeout && form == TextForm.Embedding;
                _reader.Skip();
            }
        }

        return (text, isKnown && !string.IsNullOrWhiteSpace(text) ? new(form, modelId, text, NoPlace) : null);
    }

    /// <summary>A text, also as <c>{"type":"text","format":"text","value":"…"}</c>; null for images and for several of either.</summary>
    private string? ReadTextInput()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return ReadText();
        }

        string? type = null, format = "text", value = null;
        bool isKnown = true;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Type:
                    type = ReadText();
                    break;
                case BodyWord.Format:
                    format = ReadText();
                    break;
                case BodyWord.Value:
                    value = ReadText();
                    break;
                default:
                    isKnown = false;
                    _reader.Skip();
                    break;
            }
        }

        return isKnown && type == "text" && format == "text" ? value : null;
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

        return index is not null && id is not null && path is not null ? new(index, id, path, routing, NoPlace) : null;
    }

    /// <summary>Takes a clause that ranks; of another, only its vector is noted.</summary>
    private void Take(ClauseDraft clause, ByteRange? filter, bool ranks)
    {
        if (!ranks)
        {
            Note(clause.Vector.Range.Length == 0 ? null : clause.Vector, clause.OtherFields.Count == 0 ? clause.Field : null);
            Note(clause.Source, clause.Field);
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

    private void Note(VectorSource? source, string? field)
    {
        if (source is not null)
        {
            AddUpTo(MaxClauses, _hiddenVectors, new(source, field));
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
