namespace EsRefine.Upstream;

/// <summary>
/// Sends a request that was received without body and <c>Content-Length</c> without <c>Content-Length</c>. <see cref="HttpClient"/> would write
/// <c>Content-Length: 0</c> if there is a <c>Content-Type</c> (opensearch-py sends one with every GET), and on every POST.
/// </summary>
internal static class UndeclaredLength
{
    private static readonly HttpRequestOptionsKey<bool> Key = new("EsRefine.UndeclaredLength");

    /// <summary>Sets the content's length to 0, which the handler's checks require, and marks it as not to be written.</summary>
    public static void Mark(HttpRequestMessage request)
    {
        request.Content!.Headers.ContentLength = 0;
        request.Options.Set(Key, true);
    }

    /// <summary>
    /// Removes the length again. Call it when the handler asks for a header's encoding. It does so while it writes the headers, <c>Host</c> first and the
    /// content's last: after its checks and before <c>Content-Length</c>. If a later runtime changes this, a harmless <c>Content-Length: 0</c> is written.
    /// </summary>
    public static void LastLook(HttpRequestMessage request)
    {
        if (request.Content?.Headers.ContentLength is 0 && request.Options.TryGetValue(Key, out _))
        {
            request.Content.Headers.ContentLength = null;
        }
    }
}
