using System.Text;
using EsRefine.Recognition;

namespace EsRefine.Http;

/// <summary>
/// The addresses in a reply of the <c>_nodes/http</c> family that was asked for as YAML, replaced as <see cref="SniffedNodes"/> does in JSON. No client
/// fills its pool from YAML, people read it: every node stays.
/// </summary>
/// <remarks>Both engines write block style, a key or an element a line; where a line is another thing, its bytes stay.</remarks>
internal static class SniffedYaml
{
    /// <summary>The reply with the address in the place of the nodes' own; null: no address in it.</summary>
    /// <param name="reply">A reply as a node sent it, inflated.</param>
    /// <param name="address"><c>host:port</c>.</param>
    public static byte[]? Publish(ReadOnlySpan<byte> reply, string address)
    {
        byte[] published = Encoding.UTF8.GetBytes($"\"{address}\"");
        List<BodyEdit> edits = [];
        List<(int Indent, string Key)> path = [];
        int end;
        for (int start = 0; start < reply.Length; start = end + 1)
        {
            int length = reply[start..].IndexOf((byte)'\n');
            end = length < 0 ? reply.Length : start + length;
            ReadOnlySpan<byte> line = reply[start..end].TrimEnd((byte)'\r');
            int indent = line.IndexOfAnyExcept((byte)' ');
            if (indent >= 0 && ValueOf(line, indent, path) is var value && value < line.Length && IsAddress(path))
            {
                edits.Add(new(new(start + value, line.Length - value), published));
            }
        }

        return edits.Count == 0 ? null : BodyEdits.Splice(reply, edits);
    }

    /// <summary>Where the value of a line begins, and in <paramref name="path"/> whose it is. Elements of a list stand as deep as its key.</summary>
    private static int ValueOf(ReadOnlySpan<byte> line, int indent, List<(int Indent, string Key)> path)
    {
        if (line[indent..].StartsWith("- "u8))
        {
            path.RemoveAll(step => step.Indent > indent);
            return indent + 2;
        }

        path.RemoveAll(step => step.Indent >= indent);
        int colon = line.IndexOf(": "u8);
        int keyEnd = colon >= 0 ? colon : line[^1] == ':' ? line.Length - 1 : line.Length;
        path.Add((indent, Encoding.UTF8.GetString(line[indent..keyEnd])));
        return Math.Min(keyEnd + 2, line.Length);
    }

    private static bool IsAddress(List<(int Indent, string Key)> path) =>
        path is [(0, "nodes"), _, (_, "http"), (_, "publish_address" or "bound_address")];
}
