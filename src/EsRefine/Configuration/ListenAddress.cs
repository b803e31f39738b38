using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EsRefine.Configuration;

/// <summary>
/// Where a listener listens: <c>127.0.0.1:9280</c>, <c>[::1]:9280</c>, <c>localhost:9280</c>, or <c>*:9280</c> for every address of the machine.
/// </summary>
/// <param name="Address">Null: every address, IPv6 and IPv4.</param>
/// <param name="Port">0 picks a free one.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>Reachable from this machine only.</summary>
    public bool IsLoopback => Address is not null && IPAddress.IsLoopback(Address);

    /// <summary>Whether one process cannot listen at both.</summary>
    public bool Collides(ListenAddress other) => Port != 0 && Port == other.Port && (IsAny || other.IsAny || Address!.Equals(other.Address));

    private bool IsAny => Address is null || Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    /// <summary>Reads <c>host:port</c>; null where the text is no such thing. A host name other than localhost is none: listening binds addresses.</summary>
    public static ListenAddress? Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > IPEndPoint.MaxPort)
        {
            return null;
        }

        string host = text[..colon];
        if (host is "*" or "+")
        {
            return new(null, port);
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new(IPAddress.Loopback, port);
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        return IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address)
            && bracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            ? new(address, port)
            : null;
    }

    public override string ToString() => $"{(Address is null ? "*" : Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address)}:{Port}";
}
