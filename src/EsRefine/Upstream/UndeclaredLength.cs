namespace EsRefine.Upstream;

/// <summary>
/// Lets a request without a body go out without <c>Content-Length</c>, as it came in. <see cref="HttpClient"/> would write <c>Content-Length: 0</c> as soon as
/// there is a <c>Content-Type</c> (opensearch-py sends one with every GET), and on any POST.
/// </summary>
internal static class UndeclaredLength
{
    private static readonly HttpRequestOptionsKey<bool> Key = new("EsRefine.UndeclaredLength");

    /// <summary>Gives the content the length 0 it needs to pass the handler's checks, and remembers that it must not be written.</summary>
    public static void Mark(HttpRequestMessage request)
    {
        request.Content!.Headers.ContentLength = 0;
        request.Options.Set(Key, true);
    }

    /// <summary>
    /// Takes the length away again. The handler asks for the encoding of each header while it writes them, <c>Host</c> first and the content's last: that
    /// is after its checks and before <c>Content-Length</c>. Should a later runtime do otherwise, a harmless <c>Content-Length: 0</c> is written.
    /// </summary>
    public static void LastLook(HttpRequestMessage request)
    {
        if (request.Content?.Headers.ContentLength is 0 && request.Options.TryGetValue(Key, out _))
        {
            request.Content.Headers.ContentLength = null;
        }
    }
}
