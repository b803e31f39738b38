using System.Text;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A request and its reply on both sides of a sidecar.</summary>
/// <param name="Front">As sent and received by the application.</param>
/// <param name="Back">As received and sent by the cluster. Null: the cluster received nothing.</param>
internal sealed partial record PassedExchange(TappedExchange Front, TappedExchange? Back)
{
    /// <summary>The outcome that the sidecar reports. Null for anything but a kNN search.</summary>
    public string? Outcome => Front.Reply.Header("EsRefine");

    public bool IsRefined => Outcome?.Contains("refined", StringComparison.Ordinal) is true;

    /// <summary>Differences between both sides, except those in <c>docs/wire-differences.md</c> and the query vectors of a refined search.</summary>
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

    /// <summary>A refined body may have another length, and is sent uncompressed.</summary>
    private string HeadOf(HttpBytes request) => IsRefined ? LengthAndCoding().Replace(Wire.OfRequest(request), "") : Wire.OfRequest(request);

    /// <summary>
    /// A reply without the differences in <c>docs/wire-differences.md</c>: a reply to <c>HEAD</c> has no Transfer-Encoding, and nodes have another address.
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

    /// <summary>Matches a query vector by its member name, or any array of eight numbers: all vectors of the applications have eight dimensions.</summary>
    [GeneratedRegex("""
        "query_vector": ?(\[[^]]*\]|"[^"]*")|"query_vector_builder": ?\{ ?"lookup": ?\{[^}]*\} ?\}|\[([-+0-9eE. \n]+,){7}[-+0-9eE. \n]+\]
        """)]
    private static partial Regex Vector();
}
