using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EsRefine.Configuration;

namespace EsRefine.Hosting;

/// <summary>Finds a node of the cluster that is this very process: each request would open another connection to itself until none are left.</summary>
internal static class OwnAddress
{
    /// <summary>Checks that no node leads to the data listener.</summary>
    /// <param name="nodes">The cluster: <c>upstream.urls</c>.</param>
    /// <param name="listener">The data listener, with the port that it has.</param>
    /// <exception cref="ConfigurationException">A node has the listener's port and an address of this machine that the listener is bound to.</exception>
    public static async Task RefuseAsync(IReadOnlyList<Uri> nodes, Uri listener, CancellationToken cancellationToken)
    {
        foreach (Uri node in nodes)
        {
            if (node.Port == listener.Port && (await AddressesAsync(node, cancellationToken)).Any(address => IsBoundTo(listener, address)))
            {
                throw new ConfigurationException(
                    $"upstream.urls names EsRefine itself: {node} leads to its data listener {listener}; "
                    + "set upstream.urls to the cluster, or listen.data to another port");
            }
        }
    }

    private static async Task<IPAddress[]> AddressesAsync(Uri node, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(node.IdnHost, cancellationToken);
        }
        catch (SocketException)
        {
            return [];   // a name that cannot be resolved is reported when a request needs it
        }
    }

    private static bool IsBoundTo(Uri listener, IPAddress address)
    {
        bool isBoundToAll = !IPAddress.TryParse(listener.DnsSafeHost, out IPAddress? bound) || bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any);
        return isBoundToAll ? IsOfThisMachine(address) : address.MapToIPv6().Equals(bound!.MapToIPv6());
    }

    private static bool IsOfThisMachine(IPAddress address) => IPAddress.IsLoopback(address) || NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static card => card.GetIPProperties().UnicastAddresses)
        .Any(own => own.Address.MapToIPv6().Equals(address.MapToIPv6()));
}
