using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EsRefine.Tests.Transparency;

/// <summary>Requests of real clients, in the form <c>record.py</c> of the shared material documents, as shapes.</summary>
internal static class RecordedRequests
{
    private const string ReplyBody = """{"took":1,"hits":{"hits":[]}}""";

    /// <summary>Every request of one recording. A body that was cut away for its size is filled up again; the recorded status is answered.</summary>
    public static IEnumerable<Shape> Read(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            using JsonDocument entry = JsonDocument.Parse(text);
            yield return Shape($"{name}:{line}", entry.RootElement);
        }
    }

    private static Shape Shape(string place, JsonElement entry)
    {
        string method = entry.GetProperty("method").GetString()!;
        string startLine = $"{method} {entry.GetProperty("target").GetString()} {entry.GetProperty("version").GetString()}";
        IEnumerable<string> headers = entry.GetProperty("headers").EnumerateArray().Select(static header =>
            $"{header[0].GetString()}: {(header[0].ValueEquals("Host") ? "cluster:9200" : header[1].GetString())}");
        byte[] head = Encoding.Latin1.GetBytes(string.Join("\r\n", [startLine, .. headers, "", ""]));

        int status = entry.TryGetProperty("status", out JsonElement recorded) ? recorded.GetInt32() : 200;
        string reply = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} Recorded\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-length: {ReplyBody.Length}\r\n\r\n");
        bool hasBody = method != "HEAD" && status is not (204 or 304);
        return new Shape(
            place, startLine, [.. head, .. BodyOf(entry)], Encoding.Latin1.GetBytes(hasBody ? reply + ReplyBody : reply), ClosesAfterReply: false);
    }

    private static byte[] BodyOf(JsonElement entry)
    {
        if (entry.TryGetProperty("body_base64", out JsonElement bytes))
        {
            return bytes.GetBytesFromBase64();
        }

        if (entry.TryGetProperty("body_note", out JsonElement note))
        {
            byte[] filler = new byte[int.Parse(note.GetString()!.Split(' ')[0], CultureInfo.InvariantCulture)];
            Array.Fill(filler, (byte)'\n');
            return filler;
        }

        return entry.TryGetProperty("body", out JsonElement text) ? Encoding.UTF8.GetBytes(text.GetString()!) : [];
    }
}
