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

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.shapes").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Nothing is refined, and the sidecar says so only beside a kNN clause.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public Task Shape_is_the_same_directly_and_through_a_sidecar_that_is_off(string file) => AssertSameAsync(file, RefinementMode.Off);

    /// <summary>A judge is at hand, and nothing in the requests says what the vectors stand for, or the cluster's reply to our own questions is of no use.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public Task Shape_is_the_same_directly_and_through_a_sidecar_that_would_refine(string file) => AssertSameAsync(file, RefinementMode.Refine);

    [Fact]
    public void Tables_hold_at_least_600_shapes_and_no_request_twice()
    {
        Shape[] shapes = [.. Files.SelectMany(static file => Read(file.Data))];
        Assert.Empty(shapes
            .GroupBy(static shape => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. shape.Request, .. shape.Reply])))
            .Where(static same => same.Count() > 1)
            .Select(static same => string.Join(" = ", same)));
        Assert.True(shapes.Length >= 600, $"{shapes.Length} shapes");
    }

    /// <summary>Otherwise the comparison of the rest would prove little.</summary>
    [Fact]
    public void Tables_hold_kNN_searches_the_sidecar_recognizes() =>
        Assert.True(Read("knn").Count(static shape => Recognizer.Recognize(shape.Request.AsSpan(shape.HeadText.Length)) is { Clauses.Count: > 0 }) >= 25);

    private static IEnumerable<Shape> Read(string file) => ShapeFile.Read(Path.Combine(Folder, file + ".shapes"));

    private static async Task AssertSameAsync(string file, RefinementMode mode)
    {
        await using TwoWays ways = await TwoWays.StartAsync(mode);
        List<string> differences = [];
        foreach (Shape shape in Read(file))
        {
            try
            {
                if (await ways.CompareAsync(shape) is { } difference)
                {
                    differences.Add($"{shape}\n{difference}");
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                differences.Add($"{shape}\nthe connection broke, or nothing came for a minute: {exception.Message}\n");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} shapes differ\n\n{string.Join('\n', differences)}");
    }
}
