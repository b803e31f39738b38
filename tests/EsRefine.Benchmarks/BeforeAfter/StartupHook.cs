using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

/// <summary>
/// Loaded into a sidecar by <c>DOTNET_STARTUP_HOOKS</c>: answers each byte sent to a port of the loopback with a line that holds the bytes the process has
/// allocated and the microseconds of processor time it has used so far. It needs nothing but the runtime, so it can be loaded into any build.
/// </summary>
/// <remarks>The runtime looks for this name, without a namespace.</remarks>
internal static class StartupHook
{
    /// <summary>The environment variable that holds the port.</summary>
    public const string PortVariable = "BEFORE_AFTER_METER_PORT";

    public static void Initialize()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(PortVariable), CultureInfo.InvariantCulture, out int port))
        {
            TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            new Thread(() => Answer(listener)) { IsBackground = true, Name = "meter" }.Start();
        }
    }

    private static void Answer(TcpListener listener)
    {
        using Socket asker = listener.AcceptSocket();
        byte[] question = new byte[1];
        while (asker.Receive(question) > 0)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            double microseconds = Environment.CpuUsage.TotalTime.TotalMicroseconds;
            asker.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{allocated} {microseconds:0}\n")));
        }
    }
}
