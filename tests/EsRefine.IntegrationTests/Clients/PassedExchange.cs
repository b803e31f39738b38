using System.Text;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A request and its reply on both sides of a sidecar.</summary>
/// <param name="Front">As the application sent and got them.</param>
/// <param name="Back">As the cluster got and sent them; null: nothing arrived there.</param>
internal sealed partial record PassedExchange(TappedExchange Front, TappedExchange? Back)
{
    /// <summary>What the sidecar says it made of the search; null: no kNN search.</summary>
    public string? Outcome => Front.Reply.Header("EsRefine");

    public bool IsRefined => Outcome?.Contains("refined", StringComparison.Ordinal) is true;

    /// <summary>What is not the same on both sides, but for what <c>docs/wire-differences.md</c> lists and the query vectors of a refined search.</summary>
    public IEnumerable<string> Differences()
    {
        if (Back is null)
        {
            yield return $"{Front} never reached the cluster";
            yield break;
        }

        if (HeadOf(Front.Request) != HeadOf(Back.Request))
        {
            yield return $"{HeadOf(Front.Request)} became {HeadOf(Back.Request)}";
        }

        bool isSame = IsRefined
            ? WithoutVectors(Front.Request) == WithoutVectors(Back.Request)
            : Front.Request.Content.AsSpan().SequenceEqual(Back.Request.Content);
        if (!isSame)
        {
            yield return $"{Front.Request.StartLine} {Front.Request.Text} became {Back.Request.Text}";
        }

        (string plain, string passed) = (TextOf(Back.Reply), TextOf(Front.Reply));
        if (plain != passed)
        {
            yield return $"{Front.Request.StartLine}: {plain} came back as {passed}";
        }
    }

    /// <summary>A refined body is a little longer or shorter, and plain where it came compressed.</summary>
    private string HeadOf(HttpBytes request) => IsRefined ? LengthAndCoding().Replace(Wire.OfRequest(request), "") : Wire.OfRequest(request);

    /// <summary>
    /// A reply but for what <c>docs/wire-differences.md</c> lists: a <c>HEAD</c> does not say it would be chunked, nodes have another address.
    /// </summary>
    private string TextOf(HttpBytes reply)
    {
        string text = $"{Wire.OfReply(reply, withOurs: false)}\n\n{reply.Text}";
        return Front.Request.StartLine.Split(' ', '?') switch
        {
            ["HEAD", ..] => text.Replace("\ntransfer-encoding: chunked", "", StringComparison.Ordinal),
            ["GET", "/_nodes/_all/http", ..] => LengthAndCoding().Replace(Addresses().Replace(text, "ADDRESS"), ""),
            _ => text,
        };
    }

    private static string WithoutVectors(HttpBytes request)
    {
        string body = Encoding.UTF8.GetString(Exchange.Inflate(request.Content, request.Header("Content-Encoding") == "gzip"));
        return Vector().Replace(body, "VECTOR");
    }

    [GeneratedRegex("\n(content-length|content-encoding): .*")]
    private static partial Regex LengthAndCoding();

    [GeneratedRegex("""(?<="(publish_address|bound_address)":)("[^"]*"|\[[^]]*\])""")]
    private static partial Regex Addresses();

    /// <summary>A query vector as its clause says it, or wherever eight numbers stand in brackets: all vectors of the applications have eight.</summary>
    [GeneratedRegex("""
        "query_vector": ?(\[[^]]*\]|"[^"]*")|"query_vector_builder": ?\{ ?"lookup": ?\{[^}]*\} ?\}|\[([-+0-9eE. \n]+,){7}[-+0-9eE. \n]+\]
        """)]
    private static partial Regex Vector();
}
