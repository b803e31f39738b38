using Microsoft.AspNetCore.Http.Features;

namespace EsRefine.Http;

/// <summary>
/// A request's target as the bytes of the request line say it, in origin form: nothing decoded, no dot segment or double slash removed. Date-math index names
/// and ids with a slash (<c>/%3Clogs-%7Bnow%2Fd%7D%3E</c>, <c>/a%2Fb</c>) survive only so.
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

    /// <summary>From the first slash to the question mark.</summary>
    public ReadOnlySpan<char> Path => _target.AsSpan(0, PathLength);

    /// <summary>Raw query string with its question mark, or empty.</summary>
    public string QueryString => _target[PathLength..];

    /// <summary>The target of a request.</summary>
    public static RawTarget Of(HttpContext context) => Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    /// <summary>
    /// Origin form as it stands; absolute form (<c>http://host/path</c>) without scheme and authority; the asterisk of <c>OPTIONS *</c> as <c>/*</c>,
    /// which is how the engines read it.
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

    /// <summary>All of it.</summary>
    public override string ToString() => _target;

    /// <summary>The address at a node, whose own path, if any, comes first.</summary>
    public Uri At(Uri node) => new(string.Concat(node.AbsoluteUri.AsSpan().TrimEnd('/'), _target), AsWritten);
}
