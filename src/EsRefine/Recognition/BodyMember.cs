namespace EsRefine.Recognition;

/// <summary>A member of an object in a search body.</summary>
internal readonly ref struct BodyMember(ReadOnlyMemory<byte> body, BodyToken[] tokens, int name)
{
    private readonly ReadOnlyMemory<byte> _body = body;
    private readonly BodyToken[] _tokens = tokens;   // null: missing

    public bool IsMissing => _tokens is null;

    /// <summary>The known word that is its name.</summary>
    public BodyWord Word => IsMissing ? BodyWord.Unknown : _tokens[name].Word;

    public BodyNode Value => IsMissing ? default : new(_body, _tokens, name + 1);

    /// <summary>The bytes of the name, with its quotes.</summary>
    public BodySlice NameJson => new(_body, _tokens[name].Start, _tokens[name].End - _tokens[name].Start);

    /// <summary>The unescaped name; null where it is not valid text, or longer than <see cref="JsonText.MaxLength"/>.</summary>
    public string? Name => JsonText.Read(NameJson.Span);

    /// <summary>The bytes from the name to the end of the value.</summary>
    public BodySlice Json => new(_body, _tokens[name].Start, _tokens[name + 1].End - _tokens[name].Start);
}

/// <summary>Enumerates the members of an object.</summary>
internal ref struct BodyMembers(ReadOnlyMemory<byte> body, BodyToken[] tokens, int first, int end)
{
    private readonly ReadOnlyMemory<byte> _body = body;
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
