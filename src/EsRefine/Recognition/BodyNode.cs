using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>A value in a search body. The default is missing: it has no members, elements, text or number.</summary>
internal readonly ref struct BodyNode(ReadOnlyMemory<byte> body, BodyToken[] tokens, int token)
{
    private readonly ReadOnlyMemory<byte> _body = body;
    private readonly BodyToken[] _tokens = tokens;   // null: missing

    public JsonTokenType Kind => IsMissing ? JsonTokenType.None : _tokens[token].Kind;

    public bool IsMissing => _tokens is null;

    public bool IsObject => Kind == JsonTokenType.StartObject;

    public bool IsNull => Kind == JsonTokenType.Null;

    public bool IsString => Kind == JsonTokenType.String;

    /// <summary>Its bytes: an object or an array with its brackets, a string with its quotes.</summary>
    public BodySlice Json => IsMissing ? default : new(_body, _tokens[token].Start, _tokens[token].End - _tokens[token].Start);

    /// <summary>The body that the value stands in.</summary>
    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>
    /// The unescaped string; null for another value, and for a string that is not valid text or longer than <see cref="JsonText.MaxLength"/>.
    /// </summary>
    public string? Text => IsString ? JsonText.Read(Json.Span) : null;

    /// <summary>The integer, which the engines also accept as a string; null for any other value.</summary>
    public int? Integer =>
        Kind switch
        {
            JsonTokenType.Number when Utf8Parser.TryParse(Json.Span, out int number, out int length) && length == Json.Length => number,
            JsonTokenType.String when int.TryParse(Json.Span[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
            _ => null,
        };

    /// <summary>The members of an object, in their order; none for another value.</summary>
    public BodyMembers Members => IsObject ? new(_body, _tokens, token + 1, _tokens[token].Next) : default;

    /// <summary>The objects and arrays in an array. Another value is its own only element, as the engines read it.</summary>
    public BodyElements Elements =>
        IsMissing ? default
        : Kind == JsonTokenType.StartArray ? new(_body, _tokens, token + 1, _tokens[token].Next)
        : new(_body, _tokens, token, _tokens[token].Next);

    /// <summary>The value of the member that the word names; missing where there is none.</summary>
    public BodyNode this[BodyWord word] => Member(word).Value;

    /// <summary>The member that the word names; missing where there is none.</summary>
    public BodyMember Member(BodyWord word)
    {
        int end = IsObject ? _tokens[token].Next : 0;
        for (int name = token + 1; name < end; name = _tokens[name + 1].Next)
        {
            if (_tokens[name].Word == word)
            {
                return new(_body, _tokens, name);
            }
        }

        return default;
    }

    /// <summary>The first member; missing where there is none.</summary>
    public BodyMember FirstMember
    {
        get
        {
            BodyMembers members = Members;
            return members.MoveNext() ? members.Current : default;
        }
    }

    public bool HasSeveralMembers
    {
        get
        {
            BodyMembers members = Members;
            return members.MoveNext() && members.MoveNext();
        }
    }
}

/// <summary>Enumerates the elements of an array, or one value.</summary>
internal ref struct BodyElements(ReadOnlyMemory<byte> body, BodyToken[] tokens, int first, int end)
{
    private readonly ReadOnlyMemory<byte> _body = body;
    private readonly BodyToken[] _tokens = tokens;
    private int _element;
    private int _next = first;

    public readonly BodyNode Current => new(_body, _tokens, _element);

    public readonly BodyElements GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next >= end)
        {
            return false;
        }

        _element = _next;
        _next = _tokens[_element].Next;
        return true;
    }
}
