using System.Text.Json;
using EsRefine.Vectors;

namespace EsRefine.Recognition;

// Scripts (knn-wire 1.4, 1.11): exact kNN by script_score, and scripts elsewhere whose parameters may hold a copy of a vector.
internal ref partial struct SearchBodyWalker
{
    /// <summary><c>{"query":…,"script":…,"min_score":…}</c>: every hit matches the query.</summary>
    private void WalkScriptScore(bool ranks)
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
                case BodyWord.Script:
                    clauses = WalkScript();
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

        TakeScripts(clauses, ranks, firstDraft, firstCondition, query, hasThreshold);
    }

    /// <summary>Walks the query that a script scores the hits of.</summary>
    private ByteRange WalkScored(bool ranks)
    {
        int start = TokenStart;
        WalkDemanded(ranks);
        return RangeFrom(start);
    }

    /// <summary>Takes the clauses of scripts over a query that has been walked.</summary>
    private void TakeScripts(List<ClauseDraft> clauses, bool ranks, int firstDraft, int firstCondition, ByteRange? query, bool hasThreshold)
    {
        // Over a query with a clause of its own the script only scores what that clause found, by the same vector as a rule: a copy, not a second clause.
        int endOfQuery = _drafts.Count;
        foreach (ClauseDraft clause in clauses)
        {
            bool ranksAlone = ranks && _drafts.FindIndex(firstDraft, endOfQuery - firstDraft, inner => inner.Precedence <= clause.Precedence) < 0;
            if (ranksAlone)
            {
                clause.IsRadial = hasThreshold;
                if (clause.UsesScore)
                {
                    clause.ScoredQuery = query;   // which demands as much
                }
                else
                {
                    clause.Filters.AddRange(_conditions.Slice(firstCondition, _conditions.Count - firstCondition));
                }
            }

            Take(clause, filter: null, ranksAlone);
        }
    }

    /// <summary><c>{"script":…}</c> whose vectors rank nothing by themselves.</summary>
    private void WalkScriptHolder()
    {
        foreach (ClauseDraft clause in WalkHeldScript())
        {
            Take(clause, filter: null, ranks: false);
        }
    }

    private void NoteScript()
    {
        foreach (ClauseDraft clause in WalkScript())
        {
            Take(clause, filter: null, ranks: false);
        }
    }

    /// <summary>Parameters of scripts that stand beside them.</summary>
    private void NoteParameters()
    {
        BeginParameters();
        WalkParameters(path: "");
        foreach ((_, VectorLocation value) in _parameters.FindAll(static parameter => parameter.Value.Spelling != VectorSpelling.String))
        {
            Note(value, field: null);
        }
    }

    /// <summary>The clauses of <c>{"script":…}</c>.</summary>
    private List<ClauseDraft> WalkHeldScript()
    {
        List<ClauseDraft> clauses = [];
        Members members = default;
        while (NextOf(BodyWord.Script, ref members))
        {
            clauses = WalkScript();
        }

        return clauses;
    }

    /// <summary>
    /// Reads a script. Returned: exact kNN, one clause for each of its vectors, or one that cannot be refined and says why; none where it compares no vectors.
    /// Vectors that are not those of a clause are noted.
    /// </summary>
    private List<ClauseDraft> WalkScript()
    {
        BeginParameters();
        int start = TokenStart;
        string? source = null, language = null;
        if (_reader.TokenType == JsonTokenType.String)
        {
            source = ReadText();
        }
        else
        {
            Members members = default;
            while (NextWord(ref members, out BodyWord word))
            {
                switch (word)
                {
                    case BodyWord.Source or BodyWord.Inline:   // the latter is old, and still taken
                        source = ReadText();
                        break;
                    case BodyWord.Lang:
                        language = ReadText();
                        break;
                    case BodyWord.Params:
                        WalkParameters(path: "");
                        break;
                    default:
                        _reader.Skip();
                        break;
                }
            }
        }

        _sourceLength += source?.Length ?? 0;
        _isRefused |= _sourceLength > MaxSourceLength;
        if (_isRefused)
        {
            return [];
        }

        ByteRange script = RangeFrom(start);
        return language == "knn" ? ReadKnnScore(script, source) : ReadVectorCalls(script, new PainlessScript(source ?? ""));
    }

    private void BeginParameters()
    {
        _parameters.Clear();
        _textParameters = 0;
    }

    /// <summary>Notes by name the parameters that may be vectors or name a field.</summary>
    private void WalkParameters(string path)
    {
        Members names = default;
        while (NextName(ref names))
        {
            string? name = _isRefused || TextUnderReader() is not { } own ? null : path + own;
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.StartObject && name is { Length: <= PainlessScript.MaxPathLength })
            {
                WalkParameters(name + ".");
                continue;
            }

            bool isArray = _reader.TokenType == JsonTokenType.StartArray && BeginsWithNumber(TokenStart + 1);
            bool isText = _reader.TokenType == JsonTokenType.String && _textParameters++ < MaxTextParameters;
            VectorLocation? value = isArray || isText ? WalkVector() : null;
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
    private List<ClauseDraft> ReadKnnScore(ByteRange script, string? source)
    {
        string? field = TextOf("field");
        string? space = TextOf("space_type")?.ToLowerInvariant();
        VectorFunction? function = space switch
        {
            "l2" => VectorFunction.EuclideanDistance,
            "cosinesimil" => VectorFunction.Cosine,
            "innerproduct" => VectorFunction.DotProduct,
            "l1" => VectorFunction.ManhattanDistance,
            "linf" => VectorFunction.LargestDifference,
            _ => null,
        };
        List<ClauseDraft> clauses = [];
        foreach ((string name, VectorLocation value) in _parameters)
        {
            if (value.Spelling == VectorSpelling.String)
            {
                continue;
            }

            if (name == "query_value" && source == "knn_score" && field is not null && function is { } known)
            {
                clauses.Add(ScriptClause(EngineDialect.OpenSearch, field, value, script, known));
            }
            else
            {
                Note(value, field);
            }
        }

        if (clauses.Count == 0 && source == "knn_score")
        {
            clauses.Add(OpaqueScript(EngineDialect.OpenSearch, field, $"knn_score of this field, vector and space ('{space}') is not refined"));
        }

        return clauses;
    }

    private List<ClauseDraft> ReadVectorCalls(ByteRange script, PainlessScript source)
    {
        List<VectorCall> calls = [];
        foreach (VectorCall call in source.Calls)
        {
            calls.Add(call.FieldParameter is { } named ? call with { Field = TextOf(named) } : call);
            _hidesVector |= call.Function is not null && !IsParameter(call.Parameter);   // written out in the source, or in an array of arrays
        }

        string? whyNot = WhyNotRefined(source, calls);
        List<ClauseDraft> clauses = [];
        foreach ((string name, VectorLocation value) in _parameters)
        {
            List<VectorCall> uses = calls.FindAll(call => call.Parameter == name);
            string[] fields = [.. uses.Select(static use => use.Field).OfType<string>().Distinct()];
            if (uses.Count > 0 && whyNot is null)
            {
                // Where one of several calls sees the vector's length, it is kept.
                VectorFunction function = (uses.Find(static use => use.Function != VectorFunction.Cosine) ?? uses[0]).Function!.Value;
                ClauseDraft clause = ScriptClause(uses[0].Dialect, fields[0], value, script, function);
                clause.OtherFields.AddRange(fields[1..]);
                clause.UsesScore = source.UsesScore;
                clauses.Add(clause);
            }
            else if (uses.Count > 0 || value.Spelling != VectorSpelling.String)
            {
                Note(value, fields.Length == 1 ? fields[0] : null);   // compared with several fields, it belongs to none
            }
        }

        if (whyNot is not null)
        {
            clauses.Add(OpaqueScript(calls.FirstOrDefault()?.Dialect ?? EngineDialect.Elasticsearch, calls.FirstOrDefault()?.Field, whyNot));
        }

        return clauses;
    }

    /// <summary>Why a script that ranks by vectors is not refined; null where it may be, or compares none.</summary>
    private readonly string? WhyNotRefined(PainlessScript script, List<VectorCall> calls)
    {
        foreach (VectorCall call in calls)
        {
            if (call.Function is null)
            {
                return $"the script computes '{call.Name}', which compares bits or many vectors at once: there is no small turn of one query vector";
            }

            if (call.Field is null || !IsParameter(call.Parameter))
            {
                return $"a vector or a field that the script gives to '{call.Name}' cannot be traced to a parameter that holds it";
            }
        }

        return calls.Count == 0 && script.ReadsComponents && _parameters.Exists(static parameter => parameter.Value.Spelling == VectorSpelling.Array)
            ? "the script computes with the components of the vectors itself"
            : null;
    }

    private readonly bool IsParameter(string? name) => _parameters.Exists(parameter => parameter.Name == name);

    /// <summary>Text of a script parameter; null where there is none of that name, or it is no string or too long for what names anything.</summary>
    private readonly string? TextOf(string parameter)
    {
        foreach ((string name, VectorLocation value) in _parameters)
        {
            if (name == parameter && value.Spelling == VectorSpelling.String && value.Range.Length <= PainlessScript.MaxPathLength)
            {
                var reader = new Utf8JsonReader(value.Range.Of(_body));
                reader.Read();
                return TextUnder(ref reader);
            }
        }

        return null;
    }

    private static ClauseDraft ScriptClause(EngineDialect dialect, string field, VectorLocation vector, ByteRange script, VectorFunction function) => new()
    {
        Dialect = dialect,
        Form = KnnClauseForm.Script,
        Field = field,
        Vector = vector with { Field = field },
        Script = script,
        Function = function,
    };

    private static ClauseDraft OpaqueScript(EngineDialect dialect, string? field, string whyNot) => new()
    {
        Dialect = dialect,
        Form = KnnClauseForm.OpaqueScript,
        Field = field ?? "",
        WhyNotRefined = whyNot,
    };

    /// <summary>A script parameter: a vector, or the name of a field.</summary>
    private readonly record struct ScriptParameter(string Name, VectorLocation Value);
}
