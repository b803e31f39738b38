using System.Net.Http.Headers;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Content negotiation: plain JSON, or the vendor type of a compatible version. Request and reply must then use the same version.</summary>
internal static class MediaTypes
{
    private const string Json = "application/json";
    private const string VendorPrefix = "application/vnd.elasticsearch+";

    /// <summary>Returns the reply's <c>Content-Type</c>, or the error to reply with.</summary>
    public static (string ContentType, Reply? Refused) Negotiate(IHeaderDictionary headers, bool hasBody)
    {
        string? contentType = hasBody ? headers.ContentType : (string?)null;
        MediaTypeHeaderValue? sent = Parse(contentType);
        if (hasBody && sent?.MediaType is not (Json or "application/x-ndjson" or VendorPrefix + "json" or VendorPrefix + "x-ndjson"))
        {
            return (Json, Reply.Refused(StatusCodes.Status406NotAcceptable, $"Content-Type header [{contentType}] is not supported"));
        }

        string? accept = headers.Accept.ToString().Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
        string? acceptVersion = Version(Parse(accept));
        string? sentVersion = Version(sent);
        string? fault =
            acceptVersion is not (null or "8" or "9")
                ? $"Accept version must be either version 9 or 8, but found {acceptVersion}. Accept={accept}"
            : hasBody && acceptVersion != sentVersion
                ? "A compatible version is required on both Content-Type and Accept headers if either one has requested a compatible version. "
                    + $"Accept={accept ?? "null"}, Content-Type={contentType}"
            : null;
        return fault is null
            ? (acceptVersion is null ? Json : $"{VendorPrefix}json;compatible-with={acceptVersion}", null)
            : (Json, Reply.Error(new ElasticsearchException(
                StatusCodes.Status400BadRequest,
                "media_type_header_exception",
                "Invalid media-type value on headers [Content-Type, Accept]",
                new ElasticsearchException(StatusCodes.Status400BadRequest, "status_exception", fault))));
    }

    private static MediaTypeHeaderValue? Parse(string? header) => MediaTypeHeaderValue.TryParse(header, out MediaTypeHeaderValue? value) ? value : null;

    private static string? Version(MediaTypeHeaderValue? type) =>
        type?.MediaType?.StartsWith(VendorPrefix, StringComparison.Ordinal) == true
            ? type.Parameters.FirstOrDefault(static parameter => parameter.Name == "compatible-with")?.Value
            : null;
}
