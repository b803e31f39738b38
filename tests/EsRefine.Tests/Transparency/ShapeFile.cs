using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace EsRefine.Tests.Transparency;

/// <summary>
/// A table of shapes, <c>shapes/*.shapes</c>; the README beside them explains how a row is written. Reads it into requests and replies as bytes.
/// </summary>
internal sealed class ShapeFile
{
    private const string DefaultReply = "{\"took\" : 1.0 }";

    private readonly string _name;
    private readonly string[] _lines;
    private List<string> _groupHeaders = [];
    private int _at;

    private ShapeFile(string path)
    {
        _name = Path.GetFileNameWithoutExtension(path);
        _lines = File.ReadAllLines(path);
    }

    /// <exception cref="FormatException">A line that is none of the kinds there are; the message names it.</exception>
    public static IEnumerable<Shape> Read(string path) => new ShapeFile(path).Rows();

    private IEnumerable<Shape> Rows()
    {
        while (_at < _lines.Length)
        {
            string line = _lines[_at];
            if (line.Length == 0 || line[0] == '#')
            {
                _at++;
            }
            else if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                _at++;
                _groupHeaders = [.. Indented("+ ").Select(Unescape)];
            }
            else
            {
                yield return Row();
            }
        }
    }

    private Shape Row()
    {
        string place = $"{_name}:{_at + 1}";
        string[] halves = _lines[_at++].Split(" :: ");
        string[] words = halves[0].Split(' ', 2);
        if (halves is not [_, { Length: > 0 } purpose] || words.Length != 2)
        {
            throw new FormatException($"{place}: a row is 'METHOD target :: what it is for'");
        }

        Message request = new();
        Message reply = new() { Body = Encoding.UTF8.GetBytes(DefaultReply) };
        List<string> headers = [];
        List<string> replyHeaders = [];
        string protocol = "HTTP/1.1";
        string status = "200 OK";
        StringBuilder? body = null;
        StringBuilder? replyBody = null;
        for (; _at < _lines.Length && _lines[_at].StartsWith("  ", StringComparison.Ordinal); _at++)
        {
            string line = _lines[_at][2..];
            string rest = line.Length > 2 ? line[2..] : "";
            switch (line.Split(' ')[0])
            {
                case ">":
                    headers.Add(Unescape(rest));
                    break;
                case "|":
                    body = (body is null ? new StringBuilder() : body.Append('\n')).Append(rest);
                    break;
                case "!" when rest.StartsWith("HTTP/", StringComparison.Ordinal):
                    protocol = rest;
                    break;
                case "!":
                    request.Apply(rest, ref body);
                    break;
                case "<":
                    (status, replyHeaders) = char.IsAsciiDigit(rest[0]) ? (rest, replyHeaders) : (status, [.. replyHeaders, Unescape(rest)]);
                    break;
                case "<|":
                    replyBody = (replyBody is null ? new StringBuilder() : replyBody.Append('\n')).Append(line.Length > 3 ? line[3..] : "");
                    break;
                case "<!":
                    reply.Apply(line[3..], ref replyBody);
                    break;
                default:
                    throw new FormatException($"{_name}:{_at + 1}: a line of a row begins with '>', '|', '!', '<', '<|' or '<!', not '{line}'");
            }
        }

        string target = Unescape(words[1]);
        request.Body = body is null ? request.Body : Encoding.UTF8.GetBytes(body.ToString());
        reply.Body = replyBody is null ? reply.Body : Encoding.UTF8.GetBytes(replyBody.ToString());
        return new Shape(place, purpose, request.Bytes($"{words[0]} {target} {protocol}", RequestHeaders(target, headers, request)),
            reply.Bytes($"HTTP/1.1 {status}", ReplyHeaders(replyHeaders, reply), isHead: words[0] == "HEAD"), reply.Closes);
    }

    /// <summary>
    /// A header of the row takes the place of the group's; <c>Host</c> and the type of a body go without saying, <c>-Name</c> leaves one out.
    /// </summary>
    private List<string> RequestHeaders(string target, List<string> row, Message request)
    {
        List<string> all = [.. _groupHeaders.Where(header => !row.Exists(own => Names(own, NameOf(header)))), .. row];
        if (!all.Exists(static header => Names(header, "Host")))
        {
            all.Insert(0, "Host: cluster:9200");
        }

        if (request.Body is not null && !all.Exists(static header => Names(header, "Content-Type")))
        {
            bool lines = target.Contains("_bulk", StringComparison.Ordinal) || target.Contains("_msearch", StringComparison.Ordinal);
            all.Add(lines ? "Content-Type: application/x-ndjson" : "Content-Type: application/json");
        }

        return [.. all.Where(static header => header[0] != '-')];
    }

    private static List<string> ReplyHeaders(List<string> row, Message reply)
    {
        List<string> all = ["X-elastic-product: Elasticsearch", .. row];
        if (reply.Body is { Length: > 0 } && !all.Exists(static header => Names(header, "Content-Type")))
        {
            all.Add("content-type: application/json");
        }

        return all;
    }

    private static string NameOf(string header) => header.TrimStart('-').Split(':')[0];

    private static bool Names(string header, string name) => NameOf(header).Equals(name, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<string> Indented(string mark)
    {
        while (_at < _lines.Length && _lines[_at].StartsWith(mark, StringComparison.Ordinal))
        {
            yield return _lines[_at++][mark.Length..];
        }
    }

    /// <summary><c>\xHH</c> is a byte, <c>\*N</c> repeats the character before it N times.</summary>
    private static string Unescape(string text)
    {
        StringBuilder plain = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("\\x")
                && byte.TryParse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                plain.Append((char)value);
                i += 3;
            }
            else if (text.AsSpan(i).StartsWith("\\*"))
            {
                int end = i + 2;
                while (end < text.Length && char.IsAsciiDigit(text[end]))
                {
                    end++;
                }

                plain.Append(plain[^1], int.Parse(text.AsSpan(i + 2, end - i - 2), CultureInfo.InvariantCulture) - 1);
                i = end - 1;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }

    /// <summary>A body and how it is framed.</summary>
    private sealed class Message
    {
        private int[]? _chunks;
        private bool _gzip;

        public byte[]? Body { get; set; }

        public bool Closes { get; private set; }

        /// <summary>Obeys one directive; the README lists them.</summary>
        public void Apply(string directive, ref StringBuilder? text)
        {
            string[] words = directive.Split(' ');
            switch (words[0])
            {
                case "chunked":
                    _chunks = [.. words.Skip(1).Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];
                    break;
                case "gzip":
                    _gzip = true;
                    break;
                case "hex":
                    Body = Convert.FromHexString(string.Concat(words.Skip(1)));
                    break;
                case "repeat":
                    text = (text ?? new StringBuilder()).Insert(text?.Length ?? 0, Unescape(words[2]), int.Parse(words[1], CultureInfo.InvariantCulture));
                    break;
                case "vector":
                    IEnumerable<string> components = Enumerable
                        .Range(1, int.Parse(words[1], CultureInfo.InvariantCulture))
                        .Select(static i => Math.Sin(i).ToString("R", CultureInfo.InvariantCulture));
                    (text ??= new StringBuilder()).Append('[').AppendJoin(',', components).Append(']');
                    break;
                case "more":
                    (text ??= new StringBuilder()).Append(directive.AsSpan("more ".Length));
                    break;
                case "none":
                    Body = null;
                    break;
                case "empty":
                    Body = [];
                    break;
                case "close":
                    Closes = true;
                    break;
                default:
                    throw new FormatException($"no directive '{directive}'");
            }
        }

        public byte[] Bytes(string startLine, List<string> headers, bool isHead = false)
        {
            byte[]? body = _gzip ? Compress(Body!) : Body;
            if (_chunks is not null)
            {
                headers.Add("Transfer-Encoding: chunked");
                body = Chunk(body ?? []);
            }
            else if (body is not null && !Closes)
            {
                headers.Add($"Content-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}");
            }

            byte[] head = Encoding.Latin1.GetBytes(string.Join("\r\n", [startLine, .. headers, "", ""]));
            return body is null || isHead ? head : [.. head, .. body];
        }

        private static byte[] Compress(byte[] body)
        {
            using MemoryStream compressed = new();
            using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
            {
                gzip.Write(body);
            }

            return compressed.ToArray();
        }

        /// <summary>Chunks of the given sizes, and one of what is left.</summary>
        private byte[] Chunk(byte[] body)
        {
            using MemoryStream framed = new();
            int at = 0;
            foreach (int size in _chunks!.Append(body.Length))
            {
                int length = Math.Min(size, body.Length - at);
                if (length > 0)
                {
                    framed.Write(Encoding.ASCII.GetBytes($"{length:x}\r\n"));
                    framed.Write(body, at, length);
                    framed.Write("\r\n"u8);
                    at += length;
                }
            }

            framed.Write("0\r\n\r\n"u8);
            return framed.ToArray();
        }
    }
}
