using System.Text;

namespace EsRefine.Tests.Transparency;

/// <summary>One row of a table of shapes: a request, the reply it gets, and what could go wrong with it.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Purpose">What the row is for.</param>
/// <param name="Request">The whole request as bytes on the wire.</param>
/// <param name="Reply">The whole reply; its body is left out where a HEAD asks for it.</param>
/// <param name="ClosesAfterReply">The reply ends with the connection.</param>
public sealed record Shape(string Place, string Purpose, byte[] Request, byte[] Reply, bool ClosesAfterReply)
{
    public bool IsHead => Request.AsSpan().StartsWith("HEAD "u8);

    /// <summary>The request ends the connection.</summary>
    public bool ClosesAfterRequest =>
        HeadText.Contains("connection: close\r\n", StringComparison.OrdinalIgnoreCase) || HeadText.Contains(" HTTP/1.0\r\n", StringComparison.Ordinal);

    public string HeadText => Encoding.Latin1.GetString(Request, 0, Request.AsSpan().IndexOf("\r\n\r\n"u8) + 4);

    /// <summary>Shown by the test runner.</summary>
    public override string ToString() => $"{Place} {Purpose}";
}
