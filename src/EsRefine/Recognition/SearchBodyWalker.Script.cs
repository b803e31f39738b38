using System.Text.Json;
using EsRefine.Refinement;

namespace EsRefine.Recognition;

// Scripts (knn-wire 1.4, 1.11): exact kNN by script_score, and scripts elsewhere whose parameters may hold a copy of a vector.
internal ref partial struct SearchBodyWalker
{
    /// <summary><c>{"query":…,"script":…,"min_score":…}</c>: every hit matches the query.</summary>
    private void WalkScriptScore(bool ranks)
    {
        int firstDraft = _drafts.Count;
        int firstCondition = _conditions.Count;
        ClauseDraft? clause = null;
        bool hasThreshold = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query:
                    WalkDemanded(ranks);
                    break;
                case BodyWord.Script:
                    clause = WalkScript();
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

        if (clause is null)
        {
            return;
        }

        // Over a query with a clause of its own the script only scores what that clause found, by the same vector as a rule: a copy, not a second clause.
        bool ranksAlone = ranks && _drafts.Count == firstDraft;
        if (ranksAlone)
        {
            clause.IsRadial = hasThreshold;
            clause.Filters.AddRange(_conditions.Slice(firstCondition, _conditions.Count - firstCondition));
        }

        Take(clause, filter: null, ranksAlone);
    }

    /// <summary><c>{"script":…}</c> whose vectors rank nothing by themselves.</summary>
    private void WalkScriptHolder()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            if (word == BodyWord.Script)
            {
                NoteScript();
            }
            else
            {
                _reader.Skip();
            }
        }
    }

    private void NoteScript()
    {
        if (WalkScript() is { } script)
        {
            Take(script, filter: null, ranks: false);
        }
    }

    /// <summary>Reads a script. Returned: exact kNN on one field with one vector; otherwise its vectors are noted.</summary>
    private ClauseDraft? WalkScript()
    {
        _parameters.Clear();
        int start = TokenStart;
        string? source = null, language = null;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Source:
                    source = ReadText();
                    break;
                case BodyWord.Lang:
                    language = ReadText();
                    break;
                case BodyWord.Params:
                    WalkParameters();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        ByteRange script = RangeFrom(start);
        if (_parameters.Count == 0)
        {
            return null;
        }

        return language == "knn" ? ReadKnnScore(script, source) : ReadVectorCalls(script, source ?? "");
    }

    /// <summary>Notes by name the parameters that may be vectors or name a field.</summary>
    private void WalkParameters()
    {
        Members names = default;
        while (NextName(ref names))
        {
            string? name = _isRefused ? null : TextUnderReader();
            _reader.Read();
            bool isOfUse = _reader.TokenType == JsonTokenType.String || (_reader.TokenType == JsonTokenType.StartArray && BeginsWithNumber(TokenStart + 1));
            VectorLocation? value = isOfUse ? WalkVector() : null;
            _reader.Skip();
            if (name is not null && value is { } location)
            {
                _isRefused |= _parameters.Exists(parameter => parameter.Name == name);
                AddUpTo(MaxOtherVectors, _parameters, new(name, location));
            }
        }
    }

    private readonly bool BeginsWithNumber(int position)
    {
        ReadOnlySpan<byte> rest = _body[position..].TrimStart(" \t\r\n"u8);
        return !rest.IsEmpty && (rest[0] == '-' || char.IsAsciiDigit((char)rest[0]));
    }

    /// <summary>OpenSearch's <c>knn_score</c>: <c>{"field":"vec","query_value":[…],"space_type":"l2"}</c>.</summary>
    private ClauseDraft? ReadKnnScore(ByteRange script, string? source)
    {
        string? field = TextOf("field");
        VectorSimilarity? similarity = TextOf("space_type") switch
        {
            "l2" => VectorSimilarity.L2Norm,
            "cosinesimil" => VectorSimilarity.Cosine,
            "innerproduct" => VectorSimilarity.MaxInnerProduct,
            _ => null,   // l1, linf and hamming are not refined
        };
        ClauseDraft? clause = null;
        foreach ((string name, VectorLocation value) in _parameters)
        {
            if (value.Spelling == VectorSpelling.String)
            {
                continue;
            }

            if (name == "query_value" && source == "knn_score" && field is not null && similarity is not null)
            {
                clause = ScriptClause(EngineDialect.OpenSearch, field, value, script, similarity);
            }
            else
            {
                Note(value, field);
            }
        }

        return clause;
    }

    private ClauseDraft? ReadVectorCalls(ByteRange script, string source)
    {
        List<VectorCall> calls = VectorCall.FindAll(source);
        ClauseDraft? clause = null;
        foreach ((string name, VectorLocation value) in _parameters)
        {
            List<VectorCall> uses = calls.FindAll(call => call.Parameter == name);
            if (uses.Count == 0 && value.Spelling == VectorSpelling.String)
            {
                continue;
            }

            string? field = uses.Count == 0 ? null : FieldOf(uses[0]);
            foreach (VectorCall use in uses)
            {
                field = FieldOf(use) == field ? field : null;   // compared with several fields, it belongs to none
            }

            // One call in all is exact kNN. A mixture of several scores by no single vector.
            if (calls.Count == 1 && uses.Count == 1 && field is not null && uses[0].Similarity is { } similarity)
            {
                clause = ScriptClause(uses[0].Dialect, field, value, script, similarity);
            }
            else
            {
                Note(value, field);
            }
        }

        return clause;
    }

    private readonly string? FieldOf(VectorCall call) => call.Field ?? (call.FieldParameter is { } name ? TextOf(name) : null);

    /// <summary>Text of a script parameter; null where there is none of that name, or it is no string.</summary>
    private readonly string? TextOf(string parameter)
    {
        foreach ((string name, VectorLocation value) in _parameters)
        {
            if (name == parameter && value.Spelling == VectorSpelling.String)
            {
                var reader = new Utf8JsonReader(value.Range.Of(_body));
                reader.Read();
                return TextUnder(ref reader);
            }
        }

        return null;
    }

    private static ClauseDraft ScriptClause(
        EngineDialect dialect, string field, VectorLocation vector, ByteRange script, VectorSimilarity? similarity) => new()
        {
            Dialect = dialect,
            Form = KnnClauseForm.Script,
            Field = field,
            Vector = vector with { Field = field },
            Script = script,
            ScriptSimilarity = similarity,
        };

    /// <summary>A script parameter: a vector, or the name of a field.</summary>
    private readonly record struct ScriptParameter(string Name, VectorLocation Value);
}
