using System.Globalization;
using System.Text;
using EsRefine.Recognition;
using Microsoft.AspNetCore.Http.Features;

namespace EsRefine.Http;

/// <summary>
/// A search in the address: <c>?source={…}&amp;source_content_type=application/json</c>, which both engines take where there is no body (<c>knn-wire</c> 5.3).
/// </summary>
internal sealed class UrlSource
{
    private readonly string _target;

    /// <summary>Where in the target each byte of <see cref="Json"/> begins, and where the last one ends.</summary>
    private readonly List<int> _positions;

    private UrlSource(string target, byte[] json, List<int> positions) => (_target, Json, _positions) = (target, json, positions);

    /// <summary>The search, decoded.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The search in the address of a request without a body; null where there is none that we may read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its target.</param>
    /// <param name="inLines">Whether the endpoint takes JSON in lines too.</param>
    public static UrlSource? Find(HttpRequest request, RawTarget target, bool inLines)
    {
        if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0 || BufferedBody.IsSealed(request.Headers)
            || target.QueryString.AsSpan().ContainsAny(';', '#'))
        {
            return null;   // a semicolon parts parameters for some versions, a hash ends them
        }

        string whole = target.ToString();
        return Find(whole, "source_content_type") is { } contentType && Find(whole, "source") is { } source
            && BufferedBody.IsJson(Uri.UnescapeDataString(whole[contentType]), inLines)
                ? Decode(whole, source)
                : null;
    }

    /// <summary>Where the value of a parameter stands; null where it is not given, or more than once, or may be: a name in escapes could be any.</summary>
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
                return null;   // of several the last one counts, which need not be this one
            }

            found = isNamed ? (start + equals + 1)..(start + parameter.Length) : found;
        }

        return found;
    }

    /// <summary>Makes the request carry a changed search: of its target nothing else differs.</summary>
    /// <returns>Puts back the target that came.</returns>
    public Action Replace(HttpContext context, IReadOnlyList<BodyEdit> edits)
    {
        StringBuilder target = new();
        int copied = 0;
        foreach (BodyEdit edit in edits.OrderBy(static edit => edit.Original.Start))
        {
            target.Append(_target, copied, _positions[edit.Original.Start] - copied).Append(Uri.EscapeDataString(Encoding.UTF8.GetString(edit.Replacement.Span)));
            copied = _positions[edit.Original.End];
        }

        target.Append(_target, copied, _target.Length - copied);
        IHttpRequestFeature request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        string original = request.RawTarget;
        request.RawTarget = target.ToString();
        return () => request.RawTarget = original;
    }

    /// <summary>As the engines decode: <c>%</c> and two digits are a byte, a plus sign is a space. Null: they would refuse it.</summary>
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
