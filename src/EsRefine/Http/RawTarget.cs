using Microsoft.AspNetCore.Http.Features;

namespace EsRefine.Http;

/// <summary>
/// A request's target exactly as in the request line, in origin form: nothing is decoded, no dot segment or double slash is removed. Date-math index names and
/// ids with a slash (<c>/%3Clogs-%7Bnow%2Fd%7D%3E</c>, <c>/a%2Fb</c>) require this.
/// </summary>
internal readonly record struct RawTarget
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _target;

    private RawTarget(string target)
    {
        _target = target;
        int question = target.IndexOf('?', StringComparison.Ordinal);
        PathLength = question < 0 ? target.Length : question;
    }

    private int PathLength { get; }

    /// <summary>The raw path, from the first slash up to the question mark.</summary>
    public ReadOnlySpan<char> Path => _target.AsSpan(0, PathLength);

    /// <summary>Raw query string with its question mark, or empty.</summary>
    public string QueryString => _target[PathLength..];

    /// <summary>The target of a request.</summary>
    public static RawTarget Of(HttpContext context) => Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    /// <summary>
    /// Keeps origin form unchanged, strips scheme and authority from absolute form (<c>http://host/path</c>), and turns the asterisk of <c>OPTIONS *</c> into
    /// <c>/*</c>, as the engines do.
    /// </summary>
    public static RawTarget Parse(string target)
    {
        if (target.StartsWith('/'))
        {
            return new(target);
        }

        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return new("/" + target);
        }

        int authority = scheme + 3;
        int end = target.AsSpan(authority).IndexOfAny('/', '?');
        string rest = end < 0 ? "" : target[(authority + end)..];
        return new(rest.StartsWith('/') ? rest : "/" + rest);
    }

    /// <summary>Path and query string.</summary>
    public override string ToString() => _target;

    /// <summary>The URI of this target at a node. A path in the node's URL is prepended.</summary>
    public Uri At(Uri node) => new(string.Concat(node.AbsoluteUri.AsSpan().TrimEnd('/'), _target), AsWritten);
}
