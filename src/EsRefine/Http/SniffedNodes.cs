using System.Text;
using System.Text.Json;
using EsRefine.Recognition;

namespace EsRefine.Http;

/// <summary>
/// Replaces the addresses in a reply of the <c>_nodes/http</c> family: <c>nodes.*.http.publish_address</c> and <c>bound_address[]</c>. All other bytes stay
/// the same.
/// </summary>
internal static class SniffedNodes
{
    /// <summary>The reply with every node's address replaced. Null if the reply is not of this shape or holds no address.</summary>
    /// <param name="reply">A node's reply, inflated.</param>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="one">
    /// Whether to keep only one node, the first that is not master-only (clients ignore those). With N nodes at one address, a client would open N pool entries
    /// to the same EsRefine.
    /// </param>
    public static byte[]? Publish(ReadOnlySpan<byte> reply, string address, bool one)
    {
        List<Node> nodes = [];
        try
        {
            Utf8JsonReader reader = new(reply);
            if (!EnterObject(ref reader))
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("nodes"u8) && EnterObject(ref reader))
                {
                    ReadNodes(ref reader, nodes);
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return nodes.Exists(static node => node.HasAddress) ? Edit(reply, nodes, address, one) : null;
    }

    private static byte[] Edit(ReadOnlySpan<byte> reply, List<Node> nodes, string address, bool one)
    {
        byte[] published = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(address)}\"");
        List<BodyEdit> edits = [];
        int kept = one ? nodes.FindIndex(static node => node is { HasAddress: true, IsMasterOnly: false }) : -1;
        kept = one && kept < 0 ? nodes.FindIndex(static node => node.HasAddress) : kept;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (!one || i == kept)
            {
                edits.AddRange(nodes[i].Addresses.Select(range => new BodyEdit(range, published)));
            }
        }

        if (one)
        {
            edits.Add(new BodyEdit(Between(nodes[0].Entry.Start, nodes[kept].Entry.Start), default));
            edits.Add(new BodyEdit(Between(nodes[kept].Entry.End, nodes[^1].Entry.End), default));
        }

        return BodyEdits.Splice(reply, edits);
    }

    private static ByteRange Between(int start, int end) => new(start, end - start);

    private static void ReadNodes(ref Utf8JsonReader reader, List<Node> nodes)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int start = (int)reader.TokenStartIndex;
            Node node = EnterObject(ref reader) ? ReadNode(ref reader) : default;
            reader.Skip();
            nodes.Add(node with { Entry = new(start, (int)reader.BytesConsumed - start) });
        }
    }

    private static Node ReadNode(ref Utf8JsonReader reader)
    {
        Node node = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("http"u8))
            {
                if (EnterObject(ref reader))
                {
                    node = ReadAddresses(ref reader, node);
                }
            }
            else if (reader.ValueTextEquals("roles"u8))
            {
                node = node with { IsMasterOnly = ReadIsMasterOnly(ref reader) };
            }

            reader.Skip();
        }

        return node;
    }

    private static Node ReadAddresses(ref Utf8JsonReader reader, Node node)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("publish_address"u8))
            {
                node = node with { Published = ReadStrings(ref reader) };
            }
            else if (reader.ValueTextEquals("bound_address"u8))
            {
                node = node with { Bound = ReadStrings(ref reader) };
            }

            reader.Skip();
        }

        return node;
    }

    /// <summary>
    /// The range of a string with its quotation marks, or from the first to the last string of an array, so that one address replaces several. Null if there is
    /// no string.
    /// </summary>
    private static ByteRange? ReadStrings(ref Utf8JsonReader reader)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.String)
        {
            return new ByteRange(start, (int)reader.BytesConsumed - start);
        }

        ByteRange? strings = null;
        while (NextString(ref reader))
        {
            start = strings?.Start ?? (int)reader.TokenStartIndex;
            strings = new ByteRange(start, (int)reader.BytesConsumed - start);
        }

        return strings;
    }

    private static bool ReadIsMasterOnly(ref Utf8JsonReader reader)
    {
        bool isMaster = false;
        int roles = 0;
        reader.Read();
        while (NextString(ref reader))
        {
            roles++;
            isMaster |= reader.ValueTextEquals("master"u8) || reader.ValueTextEquals("cluster_manager"u8);
        }

        return isMaster && roles == 1;
    }

    /// <summary>Moves to the next string of an array. False at the end, or if this is not an array.</summary>
    /// <exception cref="JsonException">The array holds something other than strings.</exception>
    private static bool NextString(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.StartArray or JsonTokenType.String && reader.Read() && reader.TokenType switch
        {
            JsonTokenType.String => true,
            JsonTokenType.EndArray => false,
            _ => throw new JsonException("strings were expected"),
        };

    /// <summary>Moves from a property name, or the start of the text, into its object. False if the value is not an object.</summary>
    private static bool EnterObject(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.StartObject;

    /// <param name="Entry">From the node's id to the end of its value.</param>
    private readonly record struct Node(ByteRange Entry, ByteRange? Published, ByteRange? Bound, bool IsMasterOnly)
    {
        public bool HasAddress => Published is not null || Bound is not null;

        public IEnumerable<ByteRange> Addresses => new[] { Published, Bound }.OfType<ByteRange>();
    }
}
