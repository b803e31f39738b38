using System.Security.Cryptography;
using System.Text;
using EsRefine.Recognition;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Transparency;

/// <summary>
/// Every shape of <c>shapes/*.shapes</c> is sent twice to a recording cluster, directly and through the whole sidecar. What arrives and what comes back must be
/// the same bytes, but for what <see cref="Wire"/> leaves out.
/// </summary>
public sealed class TransparencyTests
{
    private static readonly string Folder = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "EsRefine.Tests", "Transparency", "shapes");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.shapes").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Nothing is refined, and the sidecar says so only beside a kNN clause.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public Task Shape_is_the_same_directly_and_through_a_sidecar_that_is_off(string file) => AssertSameAsync(file, RefinementMode.Off);

    /// <summary>
    /// A judge is at hand, and nothing in the requests says what the vectors stand for, or the cluster's reply to our own questions is of no use.
    /// </summary>
    [Theory]
    [MemberData(nameof(Files))]
    public Task Shape_is_the_same_directly_and_through_a_sidecar_that_would_refine(string file) => AssertSameAsync(file, RefinementMode.Refine);

    [Fact]
    public void Tables_hold_at_least_600_shapes_and_no_request_twice()
    {
        Shape[] shapes = [.. Files.SelectMany(static file => Read(file.Data))];
        Assert.Empty(shapes
            .GroupBy(static shape => Convert.ToHexString(SHA256.HashData([.. shape.Request, .. shape.Reply])))
            .Where(static same => same.Count() > 1)
            .Select(static same => string.Join(" = ", same)));
        Assert.True(shapes.Length >= 600, $"{shapes.Length} shapes");
    }

    /// <summary>A harness that cannot see a difference proves nothing: this one is there, and wanted.</summary>
    [Fact]
    public async Task Harness_sees_a_difference()
    {
        byte[] request = Encoding.ASCII.GetBytes("GET /_nodes/http HTTP/1.1\r\nHost: cluster:9200\r\n\r\n");
        const string Nodes = """{"nodes":{"a":{"http":{"publish_address":"10.0.0.7:9200"}}}}""";
        byte[] reply = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {Nodes.Length}\r\n\r\n{Nodes}");
        Shape sniff = new("here", "addresses are rewritten", request, reply, ClosesAfterReply: false);

        await using TwoWays rewriting = await TwoWays.StartAsync(RefinementMode.Off);
        await using TwoWays passing = await TwoWays.StartAsync(RefinementMode.Off, static listen => listen with { Publish = "none" });

        Assert.Contains("reply content differs from byte 42 on", await rewriting.CompareAsync(sniff), StringComparison.Ordinal);
        Assert.Null(await passing.CompareAsync(sniff));
    }

    /// <summary>Otherwise the comparison of the rest would prove little.</summary>
    [Fact]
    public void Tables_hold_kNN_searches_the_sidecar_recognizes() =>
        Assert.True(Read("knn").Count(static shape => Recognizer.Recognize(shape.Request.AsMemory(shape.HeadText.Length)) is { Clauses.Count: > 0 }) >= 25);

    /// <summary>What real applications sent, recorded byte for byte by the shared material: every one is sent again, both ways.</summary>
    [Fact]
    public async Task Recorded_requests_are_the_same_directly_and_through_a_sidecar()
    {
        string? folder = SharedMaterial.Find("clients/recorded");
        Assert.SkipUnless(folder is not null, SharedMaterial.Missing);
        Shape[] shapes = [.. Directory.GetFiles(folder!, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(RecordedRequests.Read)];
        Assert.True(shapes.Length > 1000, $"{shapes.Length} recorded requests");
        await AssertSameAsync(shapes, RefinementMode.Refine);
    }

    private static IEnumerable<Shape> Read(string file) => ShapeFile.Read(Path.Combine(Folder, file + ".shapes"));

    private static Task AssertSameAsync(string file, RefinementMode mode) => AssertSameAsync(Read(file), mode);

    private static async Task AssertSameAsync(IEnumerable<Shape> shapes, RefinementMode mode)
    {
        await using TwoWays ways = await TwoWays.StartAsync(mode);
        List<string> differences = [];
        foreach (Shape shape in shapes)
        {
            try
            {
                if (await ways.CompareAsync(shape) is { } difference)
                {
                    differences.Add($"{shape}\n{difference}");
                }
            }
            catch (Exception exception) when (
                exception is IOException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                differences.Add($"{shape}\nthe connection broke, or nothing came for a minute: {exception.Message}\n");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} shapes differ\n\n{string.Join('\n', differences.Take(20))}");
    }
}
