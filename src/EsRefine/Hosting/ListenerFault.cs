using System.Net;
using System.Net.Sockets;
using EsRefine.Configuration;
using EsRefine.Settings;
using Microsoft.AspNetCore.Connections;

namespace EsRefine.Hosting;

/// <summary>Explains which setting to change when a listener cannot be opened.</summary>
internal static class ListenerFault
{
    /// <summary>The message. Null if the exception has another cause.</summary>
    public static string? Of(Exception exception, ListenSettings listen) => exception switch
    {
        IOException { InnerException: AddressInUseException } => InUse(exception, listen),
        SocketException socket => Refused(socket, listen),
        { InnerException: { } inner } => Of(inner, listen),
        _ => null,
    };

    private static string InUse(Exception exception, ListenSettings listen)
    {
        const string Cause = "another process listens there";

        // Kestrel gives the address only in its message.
        (string Path, ListenAddress Address) listener = Listeners(listen)
            .FirstOrDefault(listener => exception.Message.Contains($":{listener.Address.Port}:", StringComparison.Ordinal));
        return listener.Path is not null
            ? Message(listener.Path, listener.Address, Cause)
            : $"{exception.Message.TrimEnd('.')}: {Cause}; see listen.data, listen.grpc, listen.admin and listen.models";
    }

    // This exception does not name the address. Binding again finds the listener that fails with the same error.
    private static string? Refused(SocketException exception, ListenSettings listen) =>
        Listeners(listen).FirstOrDefault(listener => Bind(listener.Address) == exception.SocketErrorCode) is { Path: not null } listener
            ? Message(listener.Path, listener.Address, exception.SocketErrorCode switch
            {
                SocketError.AccessDenied => "ports below 1024 require a privilege",
                SocketError.AddressNotAvailable => "this machine has no such address",
                _ => exception.Message,
            })
            : null;

    private static SocketError Bind(ListenAddress address)
    {
        IPEndPoint endpoint = new(address.Address ?? IPAddress.Any, address.Port);
        try
        {
            using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static string Message(string path, ListenAddress address, string cause)
    {
        Setting setting = EsRefineSettings.Tree.At(path);
        return $"{path} cannot listen on {address}: {cause}; choose another address with {setting.Attribute.Flag} or {setting.Variable}";
    }

    private static IEnumerable<(string Path, ListenAddress Address)> Listeners(ListenSettings listen)
    {
        (string Path, string? Address)[] listeners =
        [
            ("listen.data", listen.Data), ("listen.grpc", listen.Grpc), ("listen.admin", listen.Admin), ("listen.models", listen.Models),
        ];
        foreach ((string path, string? text) in listeners)
        {
            if (text is not null && ListenAddress.Parse(text) is { } address)
            {
                yield return (path, address);
            }
        }
    }
}
