using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>A build of the sidecar as a process of its own, with connections for its load and with <see cref="StartupHook"/> in it.</summary>
internal sealed class MeasuredSidecar : IDisposable
{
    /// <summary>Requests in flight: enough to keep the sidecar busy, fewer than its permits, so that every search is refined.</summary>
    private const int Connections = 8;

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly IPEndPoint _data;
    private readonly List<(Socket Socket, HttpMessageReader Replies)> _connections = [];
    private readonly Socket _meter = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _reading = new byte[128];
    private long _sent;

    private MeasuredSidecar(Process process, int dataPort)
    {
        _process = process;
        _data = new(IPAddress.Loopback, dataPort);
    }

    /// <summary>Starts a build on free ports and waits until it listens.</summary>
    /// <param name="build">Folder that holds <c>esrefine.dll</c>.</param>
    /// <param name="configuration">A configuration file without listeners.</param>
    /// <param name="core">The core to stay on; null = any.</param>
    /// <exception cref="InvalidOperationException">It has ended, or does not listen within a minute.</exception>
    public static async Task<MeasuredSidecar> StartAsync(string build, string configuration, string? core)
    {
        int[] ports = FreePorts(4);
        string[] command =
        [
            .. core is null ? Array.Empty<string>() : ["taskset", "-c", core],
            "dotnet", Path.Combine(build, "esrefine.dll"), "run", "--config", configuration,
            "--listen", $"127.0.0.1:{ports[0]}", "--listen-grpc", $"127.0.0.1:{ports[1]}", "--listen-admin", $"127.0.0.1:{ports[2]}",
        ];
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.PortVariable] = ports[3].ToString(CultureInfo.InvariantCulture);

        // The same code in every launch, and soon: profile-guided optimization compiles one build differently each time. The environment's own values win.
        start.Environment.TryAdd("DOTNET_TieredPGO", "0");
        start.Environment.TryAdd("DOTNET_TC_CallCountingDelayMs", "0");
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        Process process = Process.Start(start)!;
        StringBuilder log = new();
        process.OutputDataReceived += (_, line) => log.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        MeasuredSidecar sidecar = new(process, ports[0]);
        try
        {
            await sidecar.ConnectAsync(ports[3]);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            sidecar.Dispose();
            throw new InvalidOperationException($"{build} does not listen: {exception.Message}\n{log}", exception);
        }

        return sidecar;
    }

    /// <summary>Sends requests over all connections and returns what they cost the process.</summary>
    /// <param name="scenario">What to send.</param>
    /// <param name="requests">How many.</param>
    /// <param name="checks">Whether every reply must have the scenario's outcome; the first of many that are recalled afterwards cannot.</param>
    /// <exception cref="InvalidDataException">A reply has another outcome, or there is none.</exception>
    public async Task<Cost> SendAsync(Scenario scenario, int requests, bool checks)
    {
        (long allocated, double microseconds) = await ReadMeterAsync();
        int left = requests;
        await Task.WhenAll(_connections.Select(SendOverAsync));
        (long allocatedAfter, double microsecondsAfter) = await ReadMeterAsync();
        return new((microsecondsAfter - microseconds) / requests, (allocatedAfter - allocated) / (double)requests);

        async Task SendOverAsync((Socket Socket, HttpMessageReader Replies) connection)
        {
            byte[] request = [.. scenario.Request];
            while (Interlocked.Decrement(ref left) >= 0)
            {
                scenario.Write(request, Interlocked.Increment(ref _sent));
                await connection.Socket.SendAsync(request);
                if (!await connection.Replies.ReadAsync())
                {
                    throw new InvalidDataException($"{scenario.Name}: the sidecar has closed the connection");
                }

                if (checks)
                {
                    scenario.Check(connection.Replies.Head);
                }
            }
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        _connections.ForEach(static connection => connection.Socket.Dispose());
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task ConnectAsync(int meterPort)
    {
        using CancellationTokenSource patience = new(StartPatience);
        while (_connections.Count < Connections)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(_data, patience.Token);
                _connections.Add((socket, new(socket)));
            }
            catch (SocketException) when (!_process.HasExited)
            {
                socket.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
            }
        }

        await _meter.ConnectAsync(new IPEndPoint(IPAddress.Loopback, meterPort), patience.Token);
    }

    private async Task<(long Allocated, double Microseconds)> ReadMeterAsync()
    {
        await _meter.SendAsync("?"u8.ToArray());
        int length = 0;
        do
        {
            length += await _meter.ReceiveAsync(_reading.AsMemory(length));
        }
        while (_reading[length - 1] != '\n');
        string[] numbers = Encoding.ASCII.GetString(_reading, 0, length).Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Ports that were free a moment ago.</summary>
    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, static listener => listener.Stop());
        return ports;
    }
}

/// <summary>What a request cost the sidecar: the processor time of all its threads and the bytes they allocated.</summary>
internal readonly record struct Cost(double Microseconds, double Bytes);
