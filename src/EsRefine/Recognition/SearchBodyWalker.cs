using System.Globalization;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>One pass over a search body, through known child slots only.</summary>
// A map:
//   this file      the body's top level, conditions, and the steps every walk is made of
//   .Query         the query DSL                          .Retriever  retriever trees
//   .Knn           kNN clauses and their text-only kin    .Script     script_score and other scripts
//   .Secondary     places that hold vectors but rank nothing by themselves: rescore, highlight, sort, aggregations, …
// Every Walk… starts with the reader on the first token of its value and ends with it on the last one.
//
// "ranks" = hits of this place are ordered by it. Only there are clauses and query text taken; elsewhere vectors are merely noted, since a copy of a
// refined clause's vector must change with it.
//
// Conditions: what a hit must (or must not) match to satisfy the query being walked. They are collected on one list as on a stack. A bool gives
// the clauses inside it all conditions of its must, filter and must_not, but not those that come from the clause's own branch.
internal ref partial struct SearchBodyWalker(ReadOnlySpan<byte> body)
{
    /// <summary>Deeper bodies pass through. Elasticsearch stops at 30 nested queries, two to three levels of JSON each.</summary>
    public const int MaxDepth = 128;

    /// <summary>A body with more clauses, or more vectors to fetch beside them, passes through: each costs a sample and its judgments, or a request.</summary>
    public const int MaxClauses = 32;

    /// <summary>A body with more vectors beside its clauses passes through: each is compared with every refined one, and none may be overlooked.</summary>
    public const int MaxOtherVectors = 256;

    /// <summary>A body with more filters around one clause passes through. Elasticsearch's default limit of clauses in a <c>bool</c> is the same.</summary>
    public const int MaxConditions = 1_024;

    /// <summary>A body with more wrapped queries passes through.</summary>
    public const int MaxWrappers = 1_024;

    /// <summary>More texts among the parameters of one script are not looked at: a script names few fields.</summary>
    public const int MaxTextParameters = 64;

    /// <summary>Longest text that is read, in bytes: no query text is longer, and no string so long goes to the large object heap.</summary>
    public const int MaxTextLength = 32_768;

    private readonly ReadOnlySpan<byte> _body = body;
    private readonly List<ClauseDraft> _drafts = [];
    private readonly List<VectorLocation> _otherVectors = [];
    private readonly List<HiddenVector> _hiddenVectors = [];
    private readonly List<EnclosingFilter> _conditions = [];
    private readonly List<ScriptParameter> _parameters = [];   // of the script being walked; scripts do not nest
    private Utf8JsonReader _reader = new(body, new JsonReaderOptions { MaxDepth = MaxDepth });
    private int _textParameters;
    private string? _lexicalText;
    private int _nameStart;   // of the member last stepped to
    private bool _isRefused;
    private List<WrapperQuery>? _wrappers;

    /// <summary>The <c>wrapper</c> queries met, in their order; null: none, or the cluster refuses the body.</summary>
    public readonly IReadOnlyList<WrapperQuery>? Wrappers => _isRefused ? null : _wrappers;

    /// <summary>What the body holds; null where no clause ranks, or where the cluster refuses such a body.</summary>
    /// <exception cref="JsonException">Not strict JSON, or too deep.</exception>
    public RecognizedSearch? Walk()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        ByteRange? filter = null, postFilter = null, pointInTime = null, searchPipeline = null, runtimeMappings = null;
        int? size = null, from = null;
        bool hasSearchAfter = false;
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.Query:
                    WalkAlternative(ranks: true);
                    break;
                case BodyWord.Knn:
                    WalkTopLevelKnn();
                    break;
                case BodyWord.Retriever:
                    WalkRetriever();
                    break;
                case BodyWord.SubSearches:
                    WalkSubSearches();
                    break;
                case BodyWord.Filter:   // of _knn_search: a sibling of its knn
                    filter = WalkFilter();
                    break;
                case BodyWord.PostFilter:
                    postFilter = WalkFilter();
                    break;
                case BodyWord.Rescore:
                    WalkRescore();
                    break;
                case BodyWord.Aggs or BodyWord.Aggregations:
                    WalkAggregations();
                    break;
                case BodyWord.RuntimeMappings:
                    int start = TokenStart;
                    WalkNamedHolders();
                    runtimeMappings = RangeFrom(start);
                    break;
                case BodyWord.Pit:
                    pointInTime = SkipValue();
                    break;
                case BodyWord.SearchPipeline:
                    searchPipeline = SkipValue();
                    break;
                case BodyWord.Size:
                    size = ReadInteger();
                    break;
                case BodyWord.From:
                    from = ReadInteger();
                    break;
                case BodyWord.SearchAfter:
                    hasSearchAfter = _reader.TokenType != JsonTokenType.Null;
                    _reader.Skip();
                    break;
                default:
                    WalkHitOption(word);
                    break;
            }
        }

        _reader.Read();   // throws on anything but white space after the body
        Settle();
        if (_isRefused || _drafts.Count == 0)
        {
            return null;
        }

        Give(filter, firstDraft: 0);
        Give(postFilter, firstDraft: 0);
        return new RecognizedSearch
        {
            Clauses = [.. _drafts.Select(static draft => draft.Finish())],
            OtherVectors = _otherVectors,
            HiddenVectors = _hiddenVectors,
            LexicalText = _lexicalText,
            PointInTime = pointInTime,
            SearchPipeline = searchPipeline,
            RuntimeMappings = runtimeMappings,
            Size = size,
            From = from,
            HasSearchAfter = hasSearchAfter,
        };
    }

    /// <summary>Decides which clauses are those of the search, now that all of it is known.</summary>
    private void Settle()
    {
        int lowest = _drafts.Select(static draft => draft.Precedence).DefaultIfEmpty().Min();
        foreach (ClauseDraft draft in _drafts.FindAll(draft => draft.Precedence > lowest))
        {
            _drafts.Remove(draft);
            Take(draft, filter: null, ranks: false);
        }

        // One vector for several fields is refined for the first of them. A copy that is compared with another one alone could not follow.
        for (int i = 0; i < _drafts.Count; i++)
        {
            ClauseDraft draft = _drafts[i];
            if (draft.OtherFields.Count > 0
                && _drafts.Where(static other => other.Vector.Range.Length > 0).Select(static other => other.Vector).Concat(_otherVectors)
                    .Any(other => other.Field is { } field && field != draft.Field))
            {
                const string WhyNot = "the script compares one vector with several fields, beside which the search compares one with another field alone";
                _drafts[i] = OpaqueScript(draft.Dialect, draft.Field, WhyNot);
                Take(draft, filter: null, ranks: false);
            }
        }
    }

    private void WalkSubSearches()
    {
        Elements searches = default;
        while (NextElement(ref searches))
        {
            Members members = default;
            while (NextOf(BodyWord.Query, ref members))
            {
                WalkAlternative(ranks: true);
            }
        }
    }

    /// <summary>Notes the vectors of a filter and returns its range; null where it asks for nothing (LangChain sends <c>[]</c>).</summary>
    // A filter may hold a kNN clause itself. Both engines take it inside a pre-filter, so it stays whole: to leave out part of a filter would show the
    // judge documents the caller had excluded.
    private ByteRange? WalkFilter()
    {
        int start = TokenStart;
        int queries = 0;
        Elements elements = default;
        while (NextElement(ref elements))
        {
            queries += _reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
            WalkAlternative(ranks: false);
        }

        return queries == 0 ? null : RangeFrom(start);
    }

    /// <summary>A query that hits need not match: what it demands ends with it.</summary>
    private void WalkAlternative(bool ranks)
    {
        int firstCondition = _conditions.Count;
        WalkQuery(ranks);
        Forget(firstCondition);
    }

    private void Demand(ByteRange? filter, bool isNegated = false)
    {
        if (filter is { } range)
        {
            AddUpTo(MaxConditions, _conditions, new(range, isNegated));
        }
    }

    /// <summary>Work is bounded whatever a body holds: past a limit it passes through.</summary>
    private void AddUpTo<T>(int limit, List<T> list, T item)
    {
        _isRefused |= list.Count == limit;
        if (list.Count < limit)
        {
            list.Add(item);
        }
    }

    private readonly void Forget(int firstCondition) => _conditions.RemoveRange(firstCondition, _conditions.Count - firstCondition);

    private readonly void Give(ByteRange? filter, int firstDraft)
    {
        if (filter is { } range)
        {
            for (int i = firstDraft; i < _drafts.Count; i++)
            {
                _drafts[i].Filters.Add(new(range));
            }
        }
    }

    private readonly int TokenStart => (int)_reader.TokenStartIndex;

    private readonly ByteRange RangeFrom(int start) => new(start, (int)_reader.BytesConsumed - start);

    private ByteRange SkipValue()
    {
        int start = TokenStart;
        _reader.Skip();
        return RangeFrom(start);
    }

    /// <summary>Steps to the next member's value and says which word names it. False: no more, or the value has no members.</summary>
    private bool NextWord(ref Members members, out BodyWord word)
    {
        word = BodyWord.Unknown;
        if (!NextName(ref members))
        {
            return false;
        }

        word = BodyWords.Of(_reader.ValueSpan);
        _isRefused |= _reader.ValueIsEscaped      // no client spells the engines' words with escapes, and a second key of the same name could hide so
            | !members.See(word);                 // both engines answer 400 to duplicate keys
        _reader.Read();
        return true;
    }

    /// <summary>Steps to the value of the member that a word names, over all others. False: there is none.</summary>
    private bool NextOf(BodyWord wanted, ref Members members)
    {
        while (NextWord(ref members, out BodyWord word))
        {
            if (word == wanted)
            {
                return true;
            }

            _reader.Skip();
        }

        return false;
    }

    /// <summary>Steps to the end of an object that may have one member: both engines refuse a query of several kinds, or on several fields.</summary>
    private void EndAfterOne(ref Members members)
    {
        while (NextName(ref members))
        {
            _isRefused = true;
            _reader.Read();
            _reader.Skip();
        }
    }

    /// <summary>Steps to the next member's name, where names are free (fields, aggregations). False: no more, or the value has no members.</summary>
    private bool NextName(ref Members members)
    {
        if (members.Enter() && _reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return false;
        }

        _reader.Read();
        _nameStart = TokenStart;
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Steps to the next element of an array; a value that is no array is its own only element, as the engines have it.</summary>
    private bool NextElement(ref Elements elements)
    {
        switch (elements)
        {
            case Elements.NotEntered when _reader.TokenType != JsonTokenType.StartArray:
                elements = Elements.Single;
                return true;
            case Elements.Single:
                return false;
            default:
                elements = Elements.Several;
                _reader.Read();
                return _reader.TokenType != JsonTokenType.EndArray;
        }
    }

    /// <summary>The string under the reader; null for another token and for one that is no valid text (a lone surrogate, bytes that are not UTF-8).</summary>
    private string? ReadText()
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            _reader.Skip();
            return null;
        }

        return TextUnderReader();
    }

    private string? TextUnderReader() => TextUnder(ref _reader);

    private static string? TextUnder(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= MaxTextLength && JsonText.IsValid(reader.ValueSpan) ? reader.GetString() : null;

    /// <summary>An integer, also as a string, as the engines take it.</summary>
    private int? ReadInteger()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out int number))
        {
            return number;
        }

        if (_reader.TokenType == JsonTokenType.String && int.TryParse(_reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }

        _reader.Skip();
        return null;
    }

    /// <summary>Where an object's walk stands: entered or not, and the words met, each of which may come once.</summary>
    private struct Members
    {
        private UInt128 _seen;

        /// <summary>True the first time.</summary>
        public bool Enter() => See((BodyWord)127);

        /// <summary>False: the word came before.</summary>
        public bool See(BodyWord word)
        {
            UInt128 bit = UInt128.One << (int)word;
            bool isNew = word == BodyWord.Unknown || (_seen & bit) == 0;
            _seen |= bit;
            return isNew;
        }
    }

    private enum Elements
    {
        NotEntered,
        Several,
        Single,
    }
}
