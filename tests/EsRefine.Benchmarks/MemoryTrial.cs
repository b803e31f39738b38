using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Numerics.Tensors;
using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Remembering;
using EsRefine.Vectors;

namespace EsRefine.Benchmarks;

/// <summary>
/// <c>memory [--remembered N] [--lookups N] [--dimensions D] [--model DIR --texts FILE.jsonl[.gz] …]</c>: remembers vectors of one model, looks up as many that
/// were never handed out, paraphrases among them, and those handed out after all that clients do to numbers; says how many were taken for others, how many not
/// found, and what it cost. Ends with 1 if one was.
/// </summary>
/// <remarks>
/// Without a model, vectors are drawn that lean to one side as real ones do, and paraphrases lie at cosines from 0.92 to 0.9999995. With one, texts are all
/// runs of eight words of the files; those never handed out are such runs with a word more, less, or another.
/// </remarks>
internal static class MemoryTrial
{
    /// <summary>Two vectors nearer than this are one: the model gives both texts the same, but for the order of its sums.</summary>
    private const double SameDistance = 1e-5;

    private const int Batch = 1024;

    public static async Task<int> RunAsync(string[] args)
    {
        int remembered = int.Parse(Option(args, "--remembered") ?? "1000000", CultureInfo.InvariantCulture);
        int lookups = int.Parse(Option(args, "--lookups") ?? "100000", CultureInfo.InvariantCulture);
        IVectorSource source = Option(args, "--model") is { } folder
            ? new ModelVectors(
                folder, [.. args.SkipWhile(static arg => arg != "--texts").Skip(1).TakeWhile(static arg => !arg.StartsWith("--", StringComparison.Ordinal))])
            : new DrawnVectors(int.Parse(Option(args, "--dimensions") ?? "384", CultureInfo.InvariantCulture));
        VectorMemory memory = new(new VectorMemorySettings { Entries = remembered, Mebibytes = 65_536 }, TimeProvider.System);

        // A share of the vectors is kept to be looked up later; the texts are the memory's own.
        List<HandedOutVector> kept = [];
        int every = Math.Max(1, remembered / lookups);
        Console.WriteLine($"remembering {remembered} vectors of {source.Name}");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < remembered; i += Batch)
        {
            HandedOutVector[] batch = await source.HandOutAsync(i, Math.Min(Batch, remembered - i));
            await memory.RememberAsync(batch);
            kept.AddRange(batch.Where((_, j) => (i + j) % every == 0 && kept.Count < lookups));
        }

        long keptBytes = kept.Sum(static vector => 24L + 24 + sizeof(float) * vector.Components.Length);
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before - keptBytes;

        Tally strangers = new();
        int same = 0;
        for (int i = 0; i < lookups; i += Batch)
        {
            foreach (HandedOutVector stranger in await source.StrangersAsync(i, Math.Min(Batch, lookups - i), kept))
            {
                if (await strangers.FindAsync(memory, stranger.Components) is { } text && await source.DistanceAsync(stranger, text) is < SameDistance)
                {
                    same++;
                }
            }
        }

        string[] ways = ["as handed out", "rounded to 6 decimals", "normalized", "scaled", "normalized and rounded", "one part in 2^24 off"];
        int lost = 0;
        int confused = 0;
        Tally known = new();
        Tally read = new();
        for (int i = 0; i < kept.Count; i++)
        {
            float[] passed = Passed(kept[i].Components.Span, i % ways.Length);
            read.Read(JsonSerializer.SerializeToUtf8Bytes(passed));
            string? text = await known.FindAsync(memory, passed);
            lost += text is null ? 1 : 0;
            confused += text is not null && text != kept[i].Text && await source.DistanceAsync(kept[i], text) is not < SameDistance ? 1 : 0;
        }

        int wrong = strangers.Found - same;
        string twins = same > 0 ? $" ({same} more have the very vector of a remembered text: the model does not tell them apart)" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            remembered            {memory.Count} texts (the rest had the vector of a later one), {bytes / (double)memory.Count:0} bytes each with its text
            never handed out      {lookups} looked up, {wrong} taken for another{twins}
            handed out            {kept.Count} looked up ({string.Join(", ", ways)}), {lost} not found, {confused} found as another text
            a look-up that finds  {known.Median:0.0} µs in the median, {known.Percentile(0.99):0.0} µs at the 99th percentile
            reading one from JSON {read.Median:0.0} µs in the median, {read.Percentile(0.99):0.0} µs at the 99th percentile, before either
            one that does not     {strangers.Median:0.0} µs in the median, {strangers.Percentile(0.99):0.0} µs at the 99th percentile
            """));
        return wrong + lost + confused == 0 ? 0 : 1;
    }

    private static float[] Passed(ReadOnlySpan<float> vector, int way)
    {
        float norm = TensorPrimitives.Norm(vector);
        float[] passed = new float[vector.Length];
        for (int i = 0; i < passed.Length; i++)
        {
            passed[i] = way switch
            {
                0 => vector[i],
                1 => (float)Math.Round((double)vector[i], 6),
                2 => vector[i] / norm,
                3 => vector[i] * 17.3f,
                4 => (float)Math.Round((double)vector[i] / norm, 6),
                _ => (float)(vector[i] * (1 + 6e-8)),
            };
        }

        return passed;
    }

    private static string? Option(string[] args, string name) => args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault();

    /// <summary>Look-ups and their times.</summary>
    private sealed class Tally
    {
        private readonly List<double> _microseconds = [];

        public int Found { get; private set; }

        public double Median => Percentile(0.5);

        public double Percentile(double share) => _microseconds.Order().ElementAt((int)(share * (_microseconds.Count - 1)));

        public void Read(byte[] json)
        {
            long started = Stopwatch.GetTimestamp();
            _ = VectorText.ReadFloats(json, VectorSpelling.Array);
            _microseconds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        public async ValueTask<string?> FindAsync(VectorMemory memory, ReadOnlyMemory<float> vector)
        {
            long started = Stopwatch.GetTimestamp();
            ValueTask<string?> finding = memory.FindAsync(vector.Span);
            _microseconds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            string? text = await finding;
            Found += text is null ? 0 : 1;
            return text;
        }
    }

    private interface IVectorSource
    {
        string Name { get; }

        Task<HandedOutVector[]> HandOutAsync(int first, int count);

        /// <summary>Vectors near to those kept and far from them, none of which was handed out.</summary>
        Task<HandedOutVector[]> StrangersAsync(int first, int count, IReadOnlyList<HandedOutVector> kept);

        /// <summary>Distance of a vector from that of a text; null where it is not known: then it is another.</summary>
        Task<double?> DistanceAsync(HandedOutVector vector, string text);
    }

    private sealed class DrawnVectors(int dimensions) : IVectorSource
    {
        private static readonly double[] Distances = [0.4, 0.2, 0.1, 0.03, 0.01, 0.003, 0.001];

        public string Name => $"{dimensions} dimensions, drawn";

        public Task<HandedOutVector[]> HandOutAsync(int first, int count) =>
            Task.FromResult<HandedOutVector[]>(
                [.. Enumerable.Range(first, count).Select(i => new HandedOutVector($"what was asked as number {i}", Draw(new Random(i))))]);

        public Task<HandedOutVector[]> StrangersAsync(int first, int count, IReadOnlyList<HandedOutVector> kept) =>
            Task.FromResult<HandedOutVector[]>(
                [.. Enumerable.Range(first, count).Select(i => new HandedOutVector("", Stranger(i, kept[i % kept.Count].Components.Span)))]);

        public Task<double?> DistanceAsync(HandedOutVector vector, string text) => Task.FromResult<double?>(null);

        private float[] Draw(Random random)
        {
            float[] vector = new float[dimensions];
            for (int i = 0; i < dimensions; i++)
            {
                vector[i] = (float)(Gaussian(random) + (i % 5 == 0 ? 1.2 : 0));
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            return vector;
        }

        private float[] Stranger(int number, ReadOnlySpan<float> near)
        {
            Random random = new(int.MaxValue - number);   // no seed of a remembered one
            if (number % 2 == 0)
            {
                return Draw(random);
            }

            double scale = Distances[number / 2 % Distances.Length] / Math.Sqrt(dimensions);
            float[] vector = near.ToArray();
            for (int i = 0; i < dimensions; i++)
            {
                vector[i] += (float)(scale * Gaussian(random));
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            return vector;
        }

        private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private sealed class ModelVectors : IVectorSource
    {
        private const int Run = 8;

        private readonly OnnxEmbeddingGenerator _model;
        private readonly string[] _words;

        public ModelVectors(string folder, IReadOnlyList<string> files)
        {
            _model = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = folder });
            _words = [.. files.SelectMany(ReadWords)];
            Name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}, runs of {Run} of {_words.Length} words";
        }

        public string Name { get; }

        public Task<HandedOutVector[]> HandOutAsync(int first, int count) => EmbedAsync(Enumerable.Range(first, count).Select(i => Words(i, Run)));

        public Task<HandedOutVector[]> StrangersAsync(int first, int count, IReadOnlyList<HandedOutVector> kept) =>
            EmbedAsync(Enumerable.Range(first, count).Select(i => (i % 3) switch
        {
            0 => Words(i * 7, Run + 1),
            1 => Words(i * 7, Run - 1),
            _ => $"{Words(i * 7, Run / 2)} {_words[(i * 7919) % _words.Length]} {Words(i * 7 + Run / 2 + 1, Run / 2 - 1)}",
        }));

        public async Task<double?> DistanceAsync(HandedOutVector vector, string text)
        {
            HandedOutVector[] other = await EmbedAsync([text]);
            return TensorPrimitives.Distance(vector.Components.Span, other[0].Components.Span);
        }

        private async Task<HandedOutVector[]> EmbedAsync(IEnumerable<string> texts)
        {
            string[] all = [.. texts];
            float[][] vectors = await _model.EmbedAsync(all, EmbeddingPurpose.Query);
            return [.. all.Zip(vectors, static (text, vector) => new HandedOutVector(text, vector))];
        }

        private string Words(int first, int count) => string.Join(' ', Enumerable.Range(first, count).Select(i => _words[i % _words.Length]));

        private static IEnumerable<string> ReadWords(string file)
        {
            using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress)
                : File.OpenRead(file);
            using StreamReader reader = new(stream);
            while (reader.ReadLine() is { } line)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                foreach (string word in document.RootElement.GetProperty("text").GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return word;
                }
            }
        }
    }
}
