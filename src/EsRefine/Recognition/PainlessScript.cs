namespace EsRefine.Recognition;

/// <summary>What a Painless source does with vectors. It is scanned, not parsed: only simple expressions are traced.</summary>
internal sealed class PainlessScript
{
    /// <summary>Longest name of a parameter inside others, in characters. Deeper ones are not traced.</summary>
    public const int MaxPathLength = 1_024;

    /// <summary>Parentheses and brackets inside each other, in what names a vector or a field.</summary>
    private const int MaxNesting = 8;

    /// <summary>Tokens of <c>.get(null)</c>, or with something short in place of a missing value.</summary>
    private const int LongestDefault = 8;

    private readonly List<PainlessToken> _tokens;
    private readonly Dictionary<string, Value?> _locals = [];   // null: assigned what cannot be traced, or more than once

    /// <param name="source">The script's source.</param>
    public PainlessScript(string source)
    {
        _tokens = PainlessToken.All(source);
        FindLocals();
        FindCalls();
    }

    /// <summary>The calls of vector functions, in order.</summary>
    public List<VectorCall> Calls { get; } = [];

    /// <summary>Whether it computes with the score of the query it is asked over.</summary>
    public bool UsesScore => _tokens.Contains(new(PainlessTokenKind.Name, "_score"));

    /// <summary>Whether it takes the components of a stored vector, to compute with them itself.</summary>
    public bool ReadsComponents =>
        _tokens.Exists(static token => token is { Kind: PainlessTokenKind.Name, Text: "vectorValue" or "getVectorValue" or "getVector" });

    /// <summary><c>def q = params.q;</c></summary>
    private void FindLocals()
    {
        for (int i = 1; i < _tokens.Count; i++)
        {
            PainlessToken before = TokenAt(i - 1);
            if (!IsSymbol(i + 1, '=') || TokenAt(i).Kind != PainlessTokenKind.Name || before.Text == ".")
            {
                continue;
            }

            string name = TokenAt(i).Text;
            bool isDeclared = before.Kind == PainlessTokenKind.Name || before.Text == "]";
            bool isTraced = TryRead(i + 2, out Value value, out int end) && IsSymbol(end, ';');
            bool isFirst = _locals.TryAdd(name, isDeclared && isTraced ? value : null);
            if (!isFirst)
            {
                _locals[name] = null;
            }
        }
    }

    private void FindCalls()
    {
        Dictionary<int, Value> receivers = [];   // by the token behind them
        for (int i = 0; i < _tokens.Count; i++)
        {
            bool isMember = i > 0 && IsSymbol(i - 1, '.');
            if (TokenAt(i).Kind != PainlessTokenKind.Name)
            {
                continue;
            }

            if (IsSymbol(i + 1, '(') && VectorCall.Functions.TryGetValue(TokenAt(i).Text, out VectorFunction? function))
            {
                VectorCall call = new(TokenAt(i).Text, function, EngineDialect.Elasticsearch);
                Calls.Add(isMember ? ReadMember(call, i, receivers) : ReadArguments(call, i));
            }
            else if (!isMember && TryRead(i, out Value value, out int end))
            {
                receivers.TryAdd(end, value);
            }
        }
    }

    /// <summary><c>field('vec').get(null).dotProduct(params.q)</c>.</summary>
    private VectorCall ReadMember(VectorCall call, int name, Dictionary<int, Value> receivers) =>
        receivers.TryGetValue(name - 1, out Value field) && TryRead(name + 2, out Value vector, out int end) && IsSymbol(end, ')')
            ? With(call, vector, field)
            : call;

    /// <summary><c>dotProduct(params.q, 'vec')</c>.</summary>
    private VectorCall ReadArguments(VectorCall call, int name)
    {
        if (!TryRead(name + 2, out Value vector, out int end) || !IsSymbol(end, ','))
        {
            return call;
        }

        call = call with { Parameter = ParameterOf(vector) };
        if (!TryRead(end + 1, out Value field, out end))
        {
            return call;
        }

        // OpenSearch's cosine may be given the query vector's norm. Then it depends on the vector's length.
        call = call.Function == VectorFunction.Cosine && IsSymbol(end, ',') ? call with { Function = VectorFunction.DotProduct } : call;
        return IsSymbol(end, ')') || IsSymbol(end, ',')
            ? With(call with { Dialect = field.Kind == ValueKind.Field ? EngineDialect.OpenSearch : EngineDialect.Elasticsearch }, vector, field)
            : call;
    }

    private static string? ParameterOf(Value vector) => vector is { Kind: ValueKind.Parameter, Name.Length: > 0 } ? vector.Name : null;

    private static VectorCall With(VectorCall call, Value vector, Value field) => call with
    {
        Parameter = ParameterOf(vector),
        Field = field is { Kind: ValueKind.Text } or { Kind: ValueKind.Field, IsNamedByParameter: false } ? field.Name : null,
        FieldParameter = field is { Kind: ValueKind.Parameter } or { Kind: ValueKind.Field, IsNamedByParameter: true } ? field.Name : null,
    };

    /// <summary>What stands at a token, where it is simple to trace, and the token behind it.</summary>
    private bool TryRead(int start, out Value value, out int end, int nesting = 0)
    {
        value = default;
        bool isCast = IsSymbol(start, '(') && TokenAt(start + 1).Kind == PainlessTokenKind.Name && IsSymbol(start + 2, ')');
        start += isCast ? 3 : 0;
        end = start + 1;
        if (nesting > MaxNesting)
        {
            return false;
        }

        PainlessToken token = TokenAt(start);
        switch (token)
        {
            case { Kind: PainlessTokenKind.Text }:
                value = new(ValueKind.Text, token.Text);
                return true;
            case { Kind: PainlessTokenKind.Name, Text: "params" }:
                value = new(ValueKind.Parameter);
                break;
            case { Kind: PainlessTokenKind.Name, Text: "doc" }:
                value = new(ValueKind.Document);
                break;
            case { Kind: PainlessTokenKind.Name, Text: "field" } when IsSymbol(end, '('):
                return TryReadEnclosed(end, ')', out Value name, out end, nesting) && TrySkipGet(ref end) && TryName(new(ValueKind.Document), name, out value);
            case { Kind: PainlessTokenKind.Name } when _locals.GetValueOrDefault(token.Text) is { } local:
                value = local;
                break;
            default:
                return false;
        }

        while (TryStep(ref value, ref end, nesting))
        {
        }

        return value.Name.Length <= MaxPathLength;
    }

    /// <summary>One step further: <c>.name</c>, <c>['name']</c>, <c>.get('name')</c>.</summary>
    private bool TryStep(ref Value value, ref int end, int nesting)
    {
        if (value.Kind is ValueKind.Text or ValueKind.Field || value.Name.Length > MaxPathLength)
        {
            return false;
        }

        Value name = new(ValueKind.Text, TokenAt(end + 1).Text);
        int next = end + 2;
        bool isNamed = IsGet(end) ? TryReadEnclosed(next, ')', out name, out next, nesting)
            : IsSymbol(end, '[') ? TryReadEnclosed(end, ']', out name, out next, nesting)
            : IsSymbol(end, '.') && TokenAt(end + 1).Kind == PainlessTokenKind.Name && !IsSymbol(next, '(');
        if (!isNamed || !TryName(value, name, out Value named))
        {
            return false;
        }

        value = named;
        end = next;
        return true;
    }

    private bool IsGet(int index) => IsSymbol(index, '.') && TokenAt(index + 1).Text == "get" && IsSymbol(index + 2, '(');

    /// <summary>Steps over <c>.get(null)</c>, or what else stands for a missing value.</summary>
    private bool TrySkipGet(ref int end)
    {
        int closing = IsGet(end) ? _tokens.FindIndex(end, Math.Min(LongestDefault, _tokens.Count - end), static token => token.Text == ")") : -1;
        end = closing + 1;
        return closing >= 0;
    }

    private bool TryReadEnclosed(int opening, char closing, out Value value, out int end, int nesting)
    {
        bool isRead = TryRead(opening + 1, out value, out end, nesting + 1) && IsSymbol(end, closing);
        end++;
        return isRead;
    }

    /// <summary>The parameter or the field of that name.</summary>
    private static bool TryName(Value holder, Value name, out Value named)
    {
        named = holder.Kind switch
        {
            ValueKind.Parameter => new(ValueKind.Parameter, holder.Name.Length == 0 ? name.Name : holder.Name + "." + name.Name),
            _ => new(ValueKind.Field, name.Name, name.Kind == ValueKind.Parameter),
        };
        return name.Kind == ValueKind.Text || (name.Kind == ValueKind.Parameter && holder.Kind != ValueKind.Parameter);
    }

    private PainlessToken TokenAt(int index) => index >= 0 && index < _tokens.Count ? _tokens[index] : new(PainlessTokenKind.Symbol, "");

    private bool IsSymbol(int index, char symbol) => TokenAt(index) is { Kind: PainlessTokenKind.Symbol, Text: [char only] } && only == symbol;

    private enum ValueKind
    {
        /// <summary><c>params</c>, or what it holds.</summary>
        Parameter,

        /// <summary>A string.</summary>
        Text,

        /// <summary><c>doc</c>.</summary>
        Document,

        /// <summary>What a document holds in a field.</summary>
        Field,
    }

    /// <summary>What an expression stands for.</summary>
    /// <param name="Kind">Of which kind it is.</param>
    /// <param name="Name">Of the parameter (empty: all of them) or of the field; what a string says.</param>
    /// <param name="IsNamedByParameter">Whether <paramref name="Name"/> is that of the parameter which holds the field's name.</param>
    private readonly record struct Value(ValueKind Kind, string Name = "", bool IsNamedByParameter = false);
}
