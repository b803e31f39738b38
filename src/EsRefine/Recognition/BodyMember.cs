namespace EsRefine.Recognition;

/// <summary>A member of an object in a search body.</summary>
internal readonly ref struct BodyMember(ReadOnlySpan<byte> body, BodyToken[] tokens, int name)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly BodyToken[] _tokens = tokens;   // null: missing

    public bool IsMissing => _tokens is null;

    /// <summary>The known word that is its name.</summary>
    public BodyWord Word => IsMissing ? BodyWord.Unknown : _tokens[name].Word;

    public BodyNode Value => IsMissing ? default : new(_body, _tokens, name + 1);

    /// <summary>The bytes of the name, with its quotes.</summary>
    public ByteRange NameRange => new(_tokens[name].Start, _tokens[name].End - _tokens[name].Start);

    /// <summary>What the name says; null where it is no valid text, or too long to be read.</summary>
    public string? Name => JsonText.Read(NameRange.Of(_body));

    /// <summary>The bytes of name and value.</summary>
    public ByteRange Range => new(NameRange.Start, Value.Range.End - NameRange.Start);
}

/// <summary>Enumerates the members of an object.</summary>
internal ref struct BodyMembers(ReadOnlySpan<byte> body, BodyToken[] tokens, int first, int end)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly BodyToken[] _tokens = tokens;
    private int _name;
    private int _next = first;

    public readonly BodyMember Current => new(_body, _tokens, _name);

    public readonly BodyMembers GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next >= end)
        {
            return false;
        }

        _name = _next;
        _next = _tokens[_name + 1].Next;   // behind the value
        return true;
    }
}
