using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>A body in which queries have taken the places of the wrappers that held them, as the engines rewrite it.</summary>
/// <remarks>What is changed in here can be put back: into the wrapper where it came from one, else to where it stood.</remarks>
internal sealed class OpenedBody
{
    /// <summary>Wrappers inside wrappers are opened this often: the engines have no limit, but no client needs more than one.</summary>
    private const int MaxLayers = 4;

    private readonly ReadOnlyMemory<byte> _wrapped;   // the body with the wrappers
    private readonly List<Opening> _openings;
    private readonly OpenedBody? _outer;   // this body was made from
    private readonly int _layer;

    private OpenedBody(ReadOnlyMemory<byte> body, List<Opening> openings, OpenedBody? outer, int layer)
    {
        Bytes = BodyEdits.Splice(body, [.. openings.Select(static opening => new BodyEdit(opening.Wrapper.Query, opening.Content))]);
        (_wrapped, _openings, _outer, _layer) = (body, openings, outer, layer);
    }

    public byte[] Bytes { get; }

    /// <summary>Opens the wrappers of a body.</summary>
    /// <param name="body">The body that came in, or that of <paramref name="outer"/>.</param>
    /// <param name="wrappers">All that were found in it, in their order.</param>
    /// <param name="outer">Null: this is the first layer.</param>
    /// <returns>Null: one of them cannot be opened.</returns>
    public static OpenedBody? Open(ReadOnlyMemory<byte> body, IReadOnlyList<WrapperQuery> wrappers, OpenedBody? outer)
    {
        int layer = outer is null ? 1 : outer._layer + 1;
        List<Opening> openings = [];
        foreach (WrapperQuery wrapper in wrappers)
        {
            if (layer > MaxLayers || Decode(wrapper.Text.Span) is not { } content)
            {
                return null;
            }

            openings.Add(new(wrapper, content));
        }

        return new(body, openings, outer, layer);
    }

    /// <summary>Edits of this body as edits of the one that came in.</summary>
    /// <remarks>A wrapper without an edit inside stays as it was sent.</remarks>
    public IReadOnlyList<BodyEdit> Close(IEnumerable<BodyEdit> edits)
    {
        List<BodyEdit> closed = [];
        Queue<BodyEdit> rest = new(edits.OrderBy(static edit => edit.Original.Start));
        int grown = 0;   // by the wrappers passed
        foreach ((WrapperQuery wrapper, byte[] content) in _openings)
        {
            int start = wrapper.Query.Start + grown;
            closed.AddRange(TakeUpTo(rest, start, _wrapped, grown));
            if (TakeUpTo(rest, start + content.Length, content, start) is { Count: > 0 } inside)
            {
                closed.Add(new(wrapper.Text, Encode(BodyEdits.Splice(content, inside))));
            }

            grown += content.Length - wrapper.Query.Length;
        }

        closed.AddRange(TakeUpTo(rest, int.MaxValue, _wrapped, grown));
        return _outer?.Close(closed) ?? closed;
    }

    /// <summary>Takes the edits that start before an offset of this body.</summary>
    /// <param name="rest">All that are left, in order.</param>
    /// <param name="end">The offset.</param>
    /// <param name="body">The body that they become edits of.</param>
    /// <param name="shift">How much further in this body its bytes stand.</param>
    private static List<BodyEdit> TakeUpTo(Queue<BodyEdit> rest, int end, ReadOnlyMemory<byte> body, int shift)
    {
        List<BodyEdit> taken = [];
        while (rest.TryPeek(out BodyEdit edit) && edit.Original.Start < end)
        {
            taken.Add(edit with { Original = new(body, edit.Original.Start - shift, edit.Original.Length) });
            rest.Dequeue();
        }

        return taken;
    }

    /// <summary>The JSON of one query and nothing more; null for anything else.</summary>
    /// <remarks>The engines also read YAML, CBOR, and a query with something behind it.</remarks>
    private static byte[]? Decode(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        if (!JsonText.IsValid(reader.ValueSpan))
        {
            return null;
        }

        byte[] text = new byte[json.Length];
        int length = reader.CopyString(text);
        return TryJoinLines(text, ref length)
            && Base64.DecodeFromUtf8InPlace(text.AsSpan(0, length), out length) == OperationStatus.Done
            && IsObject(text.AsSpan(0, length))
                ? text[..length]
                : null;
    }

    /// <summary>The engines accept white space between two groups of four characters (line ends, as a rule) and refuse it inside one.</summary>
    private static bool TryJoinLines(Span<byte> text, ref int length)
    {
        int kept = 0;
        foreach (byte character in text[..length])
        {
            if (character > ' ')
            {
                text[kept++] = character;
            }
            else if (kept % 4 != 0)
            {
                return false;
            }
        }

        length = kept;
        return true;
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = BodyView.MaxDepth });
            reader.Read();
            bool isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            return !reader.Read() && isObject;   // throws on anything but white space after it
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Encode(ReadOnlySpan<byte> content)
    {
        byte[] json = new byte[Base64.GetMaxEncodedToUtf8Length(content.Length) + 2];
        json[0] = json[^1] = (byte)'"';
        Base64.EncodeToUtf8(content, json.AsSpan(1), out _, out _);
        return json;
    }

    private readonly record struct Opening(WrapperQuery Wrapper, byte[] Content);
}
