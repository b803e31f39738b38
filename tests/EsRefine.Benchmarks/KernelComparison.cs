using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using EsRefine.Refinement;
using EsRefine.TestSupport;

namespace EsRefine.Benchmarks;

/// <summary>
/// <c>kernel [--json] [--rounds N] [--python PATH]</c>: EsRefine, the TensorPrimitives transcription and, with <c>--python</c>, PyTorch on the same inputs.
/// Run it through <c>peers/compare</c>, which puts all of it on one core and has it compiled fully at first use.
/// </summary>
/// <remarks>They take turns, so that what else the machine does falls on all alike. Ratios are medians of the rounds' ratios.</remarks>
internal static class KernelComparison
{
    private const int Hits = 20;
    private const int Steps = 100;

    /// <summary>Largest difference between two float32 results, per component: that of the golden cases.</summary>
    private const double Tolerance = 5e-6;

    private static readonly int[] Shapes = [384, 768, 1024, 3072];

    /// <summary>Returns the exit code: 0 if all results agree.</summary>
    public static int Run(string[] args)
    {
        int rounds = int.Parse(Option(args, "--rounds") ?? "9", CultureInfo.InvariantCulture);
        using Process? peer = Option(args, "--python") is { } python ? StartPeer(python) : null;
        List<Row> rows = [.. Shapes.Select(dimensions => Compare(dimensions, rounds, peer))];
        peer?.StandardInput.Close();
        peer?.WaitForExit();

        Console.WriteLine(args.Contains("--json") ? JsonSerializer.Serialize(rows, JsonSerializerOptions.Web) : Table(rows));
        bool agree = rows.All(row => row.MaxDifference <= Tolerance);
        if (!agree)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"results differ by more than {Tolerance:g1}"));
        }

        return agree ? 0 : 1;
    }

    private static Row Compare(int dimensions, int rounds, Process? peer)
    {
        RefinementInput input = new(Hits, dimensions);
        KlAdam rule = new(Steps);
        TensorPrimitivesKlAdam transcription = new(Hits, dimensions);
        float[] ours = new float[dimensions];
        float[] plain = new float[dimensions];
        float[] torch = [];
        List<(double Ours, double Plain, double Torch)> times = [];

        rule.Refine(input.Sample, ours);
        transcription.Refine(input.Sample, Steps, plain);
        if (peer is not null)
        {
            Ask(peer, input, out _);
        }

        for (int round = 0; round < rounds; round++)
        {
            double oursMicroseconds = Time(() => rule.Refine(input.Sample, ours), repeats: 200);
            double plainMicroseconds = Time(() => transcription.Refine(input.Sample, Steps, plain), repeats: 100);
            double torchMicroseconds = peer is null ? double.NaN : Ask(peer, input, out torch);
            times.Add((oursMicroseconds, plainMicroseconds, torchMicroseconds));
        }

        return new Row(
            $"{Hits}x{dimensions}",
            Spread.Of(times.Select(time => time.Ours)),
            Spread.Of(times.Select(time => time.Plain)),
            peer is null ? null : Spread.Of(times.Select(time => time.Torch)),
            Spread.Of(times.Select(time => time.Ours / time.Plain)).Median,
            peer is null ? null : Spread.Of(times.Select(time => time.Torch / time.Ours)).Median,
            Math.Max(Difference(ours, plain), peer is null ? 0 : Difference(ours, torch)));
    }

    // Processor time, as kl_adam.py measures its own: the wall clock would count whoever else got the core in between.
    private static double Time(Action refine, int repeats)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < repeats; i++)
        {
            refine();
        }

        return (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / repeats;
    }

    private static Process StartPeer(string python) =>
        Process.Start(new ProcessStartInfo(python, [Path.Combine(SharedMaterial.RepositoryRoot, "tests/EsRefine.Benchmarks/peers/kl_adam.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException($"{python} does not start");

    /// <summary>Sends one input to <c>kl_adam.py</c>; microseconds of processor time per refinement, measured over there.</summary>
    private static double Ask(Process peer, RefinementInput input, out float[] refined)
    {
        peer.StandardInput.WriteLine(JsonSerializer.Serialize(new
        {
            query = MemoryMarshal.AsBytes<float>(input.QueryVector).ToArray(),
            hits = MemoryMarshal.AsBytes<float>(input.HitVectors).ToArray(),
            judgments = input.Judgments,
            steps = Steps,
            repeats = 3,
        }));
        string line = peer.StandardOutput.ReadLine() ?? throw new InvalidOperationException("kl_adam.py ended without an answer");
        using JsonDocument answer = JsonDocument.Parse(line);
        refined = MemoryMarshal.Cast<byte, float>(answer.RootElement.GetProperty("refined").GetBytesFromBase64()).ToArray();
        return answer.RootElement.GetProperty("seconds").GetDouble() * 1e6;
    }

    // Infinite where a result is missing or not a number: neither agrees with anything.
    private static double Difference(float[] a, float[] b)
    {
        double largest = a.Length == b.Length ? a.Zip(b, (x, y) => Math.Abs((double)x - y)).Aggregate(0.0, Math.Max) : double.NaN;
        return double.IsNaN(largest) ? double.PositiveInfinity : largest;
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and int index && index + 1 < args.Length ? args[index + 1] : null;

    private static string Table(IEnumerable<Row> rows)
    {
        const string format = "{0,-9} {1,14} {2,18} {3,16} {4,20} {5,15} {6,20}";
        IEnumerable<string> lines = rows.Select(row => string.Format(
            CultureInfo.InvariantCulture,
            format,
            row.Shape,
            row.EsRefine,
            row.TensorPrimitives,
            row.PyTorch,
            row.OfTensorPrimitives.ToString("0.00x", CultureInfo.InvariantCulture),
            row.PyTorchOf?.ToString("0x", CultureInfo.InvariantCulture),
            row.MaxDifference.ToString("0.0e+0", CultureInfo.InvariantCulture)));
        return string.Join('\n', [
            $"kl-adam, {Steps} steps: microseconds of processor time per refinement, median (minimum) over interleaved rounds",
            string.Format(null, format, "hits x d", "EsRefine", "TensorPrimitives", "PyTorch", "of TensorPrimitives", "PyTorch takes", "largest difference"),
            .. lines]);
    }

    /// <summary>Microseconds of processor time over rounds.</summary>
    private sealed record Spread(double Median, double Minimum)
    {
        public static Spread Of(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return new(sorted[sorted.Length / 2], sorted[0]);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0} ({Minimum:0})");
    }

    /// <summary>One shape's figures.</summary>
    private sealed record Row(
        string Shape, Spread EsRefine, Spread TensorPrimitives, Spread? PyTorch, double OfTensorPrimitives, double? PyTorchOf, double MaxDifference);
}
