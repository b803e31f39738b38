using System.Globalization;
using System.Text;
using EsRefine.Recognition;
using Microsoft.AspNetCore.Http.Features;

namespace EsRefine.Http;

/// <summary>
/// A search in the URL: <c>?source={…}&amp;source_content_type=application/json</c>, which both engines accept instead of a body.
/// </summary>
internal sealed class UrlSource
{
    private readonly string _target;

    /// <summary>The position in the target of each byte of <see cref="Json"/>, and of the end of the last one.</summary>
    private readonly List<int> _positions;

    private UrlSource(string target, byte[] json, List<int> positions) => (_target, Json, _positions) = (target, json, positions);

    /// <summary>The decoded search body.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The search in the URL of a request without a body. Null if there is none, or it must not be changed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its target.</param>
    /// <param name="inLines">Whether the endpoint also accepts newline-delimited JSON.</param>
    public static UrlSource? Find(HttpRequest request, RawTarget target, bool inLines)
    {
        if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0 || BufferedBody.IsSealed(request.Headers)
            || target.QueryString.AsSpan().ContainsAny(';', '#'))
        {
            return null;   // some engine versions separate parameters at a semicolon, and a hash ends the query string
        }

        string whole = target.ToString();
        return Find(whole, "source_content_type") is { } contentType && Find(whole, "source") is { } source
            && BufferedBody.IsJson(Uri.UnescapeDataString(whole[contentType]), inLines)
                ? Decode(whole, source)
                : null;
    }

    /// <summary>The range of a parameter's value. Null if the parameter is absent, repeated, or any parameter name is percent-encoded.</summary>
    private static Range? Find(string target, string name)
    {
        Range? found = null;
        for (int start = target.IndexOf('?', StringComparison.Ordinal) + 1, end; start > 0; start = end + 1)
        {
            end = target.IndexOf('&', start);
            ReadOnlySpan<char> parameter = target.AsSpan(start..(end < 0 ? target.Length : end));
            int equals = parameter.IndexOf('=');
            ReadOnlySpan<char> given = equals < 0 ? parameter : parameter[..equals];
            bool isNamed = given.SequenceEqual(name);
            if (given.Contains('%') || (isNamed && (found is not null || equals < 0)))
            {
                return null;   // an encoded name could be the same parameter, and the engines use the last occurrence
            }

            found = isNamed ? (start + equals + 1)..(start + parameter.Length) : found;
        }

        return found;
    }

    /// <summary>Applies the edits to the search in the request's target. The rest of the target stays the same.</summary>
    /// <returns>An action that restores the original target.</returns>
    public Action Replace(HttpContext context, IReadOnlyList<BodyEdit> edits)
    {
        StringBuilder target = new();
        int copied = 0;
        foreach (BodyEdit edit in edits.OrderBy(static edit => edit.Original.Start))
        {
            target.Append(_target, copied, _positions[edit.Original.Start] - copied)
                .Append(Uri.EscapeDataString(Encoding.UTF8.GetString(edit.Replacement.Span)));
            copied = _positions[edit.Original.End];
        }

        target.Append(_target, copied, _target.Length - copied);
        IHttpRequestFeature request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        string original = request.RawTarget;
        request.RawTarget = target.ToString();
        return () => request.RawTarget = original;
    }

    /// <summary>Decodes a value as the engines do: <c>%</c> and two digits are a byte, a plus sign is a space. Null if the engines would refuse it.</summary>
    private static UrlSource? Decode(string target, Range value)
    {
        (int start, int end) = (value.Start.Value, value.End.Value);
        List<byte> json = [];
        List<int> positions = [];
        int next;
        for (int i = start; i < end; i = next)
        {
            next = target[i] == '%' ? i + 3 : i + 1;
            byte decoded = target[i] == '+' ? (byte)' ' : (byte)target[i];
            if (next > end
                || target[i] > '~'
                || (target[i] == '%' && !byte.TryParse(target.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out decoded)))
            {
                return null;
            }

            json.Add(decoded);
            positions.Add(i);
        }

        positions.Add(end);
        return new(target, [.. json], positions);
    }
}
