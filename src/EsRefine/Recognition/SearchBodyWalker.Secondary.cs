using System.Text.Json;

namespace EsRefine.Recognition;

// Places that hold vectors but start no refinement (knn-wire 1.4): their vectors are noted, so that copies change together.
internal ref partial struct SearchBodyWalker
{
    /// <summary>What is told of a hit; the body, inner hits, <c>top_hits</c> and retrievers share these keys.</summary>
    private void WalkHitOption(BodyWord word)
    {
        switch (word)
        {
            case BodyWord.Highlight:
                WalkHighlight();
                break;
            case BodyWord.Sort or BodyWord.ScriptFields:   // [{"_script":{"script":…}},{"offer.price":{"nested":{"filter":…}}}] and {"name":{"script":…}}
                WalkNamedHolders();
                break;
            case BodyWord.Collapse:
                WalkCollapse();
                break;
            default:
                _reader.Skip();
                break;
        }
    }

    private void WalkInnerHits()
    {
        Elements definitions = default;
        while (NextElement(ref definitions))
        {
            WalkHitOptions();
        }
    }

    private void WalkHitOptions()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            WalkHitOption(word);
        }
    }

    private void WalkCollapse()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.InnerHits:
                    WalkInnerHits();
                    break;
                default:
                    WalkHitOption(word);
                    break;
            }
        }
    }

    /// <summary><c>[{"window_size":50,"query":{"rescore_query":…}},{"script":{"script":…}}]</c>.</summary>
    private void WalkRescore()
    {
        Elements rescorers = default;
        while (NextElement(ref rescorers))
        {
            Members members = default;
            while (NextWord(ref members, out BodyWord word))
            {
                switch (word)
                {
                    case BodyWord.Query:
                        WalkQueryHolder();
                        break;
                    case BodyWord.Script:
                        WalkScriptHolder();
                        break;
                    default:
                        _reader.Skip();
                        break;
                }
            }
        }
    }

    /// <summary>An object that holds queries under <c>rescore_query</c>, <c>highlight_query</c> or <c>filter</c>, or scripts.</summary>
    private void WalkQueryHolder()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.RescoreQuery or BodyWord.HighlightQuery or BodyWord.Filter:
                    WalkFilter();
                    break;
                case BodyWord.Nested:
                    WalkQueryHolder();
                    break;
                case BodyWord.Script or BodyWord.MinimumShouldMatchScript:
                    NoteScript();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }
    }

    private void WalkHighlight()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            switch (word)
            {
                case BodyWord.HighlightQuery:
                    WalkFilter();
                    break;
                case BodyWord.Fields:
                    WalkNamedHolders();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }
    }

    /// <summary>Objects, or arrays of them, whose keys are names and whose values hold queries or scripts.</summary>
    private void WalkNamedHolders()
    {
        Elements elements = default;
        while (NextElement(ref elements))
        {
            Members names = default;
            while (NextName(ref names))
            {
                _reader.Read();
                WalkQueryHolder();
            }
        }
    }

    private void WalkAggregations()
    {
        Members names = default;
        while (NextName(ref names))
        {
            _reader.Read();
            Members members = default;
            while (NextWord(ref members, out BodyWord word))
            {
                switch (word)
                {
                    case BodyWord.Filter:
                        WalkFilter();
                        break;
                    case BodyWord.Filters or BodyWord.AdjacencyMatrix:
                        WalkBucketFilters();
                        break;
                    case BodyWord.TopHits:
                        WalkHitOptions();
                        break;
                    case BodyWord.Aggs or BodyWord.Aggregations:
                        WalkAggregations();
                        break;
                    default:
                        WalkAggregationOptions();
                        break;
                }
            }
        }
    }

    /// <summary><c>{"script":…}</c>, <c>{"background_filter":…}</c>, <c>{"params":…,"map_script":…}</c>, <c>{"sources":[{"name":{"terms":{"script":…}}}]}</c>.</summary>
    private void WalkAggregationOptions()
    {
        Elements elements = default;
        while (NextElement(ref elements))
        {
            Members members = default;
            while (NextWord(ref members, out BodyWord word))
            {
                switch (word)
                {
                    case BodyWord.Filter or BodyWord.BackgroundFilter:
                        WalkFilter();
                        break;
                    case BodyWord.Script:
                        NoteScript();
                        break;
                    case BodyWord.Params:
                        NoteParameters();
                        break;
                    default:
                        WalkAggregationOptions();
                        break;
                }
            }
        }
    }

    /// <summary><c>{"filters":{"name":query,…}}</c> or <c>{"filters":[query,…]}</c>.</summary>
    private void WalkBucketFilters()
    {
        Members members = default;
        while (NextWord(ref members, out BodyWord word))
        {
            if (word != BodyWord.Filters)
            {
                _reader.Skip();
            }
            else if (_reader.TokenType == JsonTokenType.StartArray)
            {
                WalkFilter();
            }
            else
            {
                Members names = default;
                while (NextName(ref names))
                {
                    _reader.Read();
                    WalkFilter();
                }
            }
        }
    }
}
