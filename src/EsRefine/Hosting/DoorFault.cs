using System.Net.Sockets;
using EsRefine.Configuration;
using Microsoft.AspNetCore.Connections;

namespace EsRefine.Hosting;

/// <summary>Says which setting to change when a door cannot be opened.</summary>
internal static class DoorFault
{
    /// <summary>The message; null where the exception is about something else.</summary>
    public static string? Of(IOException exception, ListenSettings listen)
    {
        string? cause = exception.InnerException switch
        {
            AddressInUseException => "another process listens there",
            SocketException { SocketErrorCode: SocketError.AccessDenied } => "ports below 1024 need a privilege",
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine has no such address",
            _ => null,
        };
        if (cause is null)
        {
            return null;
        }

        (string Path, string? Address)[] doors =
        [
            ("listen.data", listen.Data), ("listen.grpc", listen.Grpc), ("listen.admin", listen.Admin), ("listen.models", listen.Models),
        ];
        foreach ((string path, string? address) in doors)
        {
            // Kestrel names the address in its message and nowhere else.
            if (address is not null && ListenAddress.Parse(address) is { } door && exception.Message.Contains($":{door.Port}:", StringComparison.Ordinal))
            {
                Setting setting = SettingTable.All.First(entry => entry.Path == path).Setting;
                return $"{path} cannot listen on {address}: {cause}; choose another address with {setting.Flag!.Name} or {EnvironmentSource.VariableOf(path)}";
            }
        }

        return $"{exception.Message.TrimEnd('.')}: {cause}; see listen.data, listen.grpc, listen.admin and listen.models";
    }
}
