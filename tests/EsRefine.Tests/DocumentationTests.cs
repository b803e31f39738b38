using System.Reflection;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests;

/// <summary>What the documents state about the repository is true: length, links, named tests, outcomes.</summary>
public sealed partial class DocumentationTests
{
    private const int MaxReadmeLines = 110;
    private const int MaxReadmeColumns = 120;

    /// <summary>Folders with documents.</summary>
    private static readonly string[] Folders = ["deploy", "docs", "protos", "src", "tests"];

    /// <summary>Folders below them that hold packages and build output.</summary>
    private static readonly string[] NotOurs = ["node_modules", "bin", "obj", ".venv"];

    public static TheoryData<string> Documents { get; } = new(
        Directory.GetFiles(SharedMaterial.RepositoryRoot, "*.md")
            .Concat(Folders.SelectMany(static folder =>
                Directory.GetFiles(Path.Combine(SharedMaterial.RepositoryRoot, folder), "*.md", SearchOption.AllDirectories)))
            .Select(static path => Path.GetRelativePath(SharedMaterial.RepositoryRoot, path))
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Intersect(NotOurs).Any())
            .Order(StringComparer.Ordinal));

    [Fact]
    public void README_fits_a_reader_in_a_hurry()
    {
        string[] lines = Read("README.md").TrimEnd('\n').Split('\n');

        Assert.InRange(lines.Length, 1, MaxReadmeLines);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, MaxReadmeColumns));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Relative_links_resolve(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(SharedMaterial.RepositoryRoot, document))!;

        Assert.All(LinksOf(Read(document)), link =>
        {
            string[] parts = link.Split('#', 2);
            string target = Path.GetFullPath(Path.Combine(folder, parts[0].Length > 0 ? parts[0] : Path.GetFileName(document)));
            Assert.True(Path.Exists(target), $"{document} links to {link}, which does not exist");
            if (parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal))
            {
                Assert.Contains(parts[1], AnchorsOf(File.ReadAllText(target)));
            }
        });
    }

    [Fact]
    public void Every_row_of_the_promise_names_a_test_that_exists()
    {
        HashSet<string> tests =
        [
            .. typeof(DocumentationTests).Assembly.GetTypes()
                .SelectMany(static type => type.GetMethods())
                .Where(static method => method.GetCustomAttributes<FactAttribute>().Any())
                .Select(static method => $"`{method.DeclaringType!.Name}.{method.Name}`"),
        ];
        string[][] rows = TableAfter("docs/promise.md", "## Component × fault");

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(row[^1], tests));
    }

    [Fact]
    public void Every_outcome_is_described_once_and_no_other()
    {
        string[] described = [.. TableAfter("docs/promise.md", "## Outcomes").Select(static row => row[0])];

        Assert.Equal(
            Enum.GetValues<RefinementOutcome>().Select(static outcome => $"`{outcome.ToName()}`").Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
    }

    /// <summary>The cells of the first table below a heading, without its head.</summary>
    private static string[][] TableAfter(string document, string heading) =>
    [
        .. Read(document).Split('\n')
            .SkipWhile(line => line != heading)
            .SkipWhile(static line => !line.StartsWith('|'))
            .TakeWhile(static line => line.StartsWith('|'))
            .Skip(2)   // the head and the line under it
            .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Trim()).ToArray()),
    ];

    private static IEnumerable<string> LinksOf(string text) =>
        from match in InlineLink.Matches(WithoutCode(text)).Cast<Match>()
        let link = match.Groups["target"].Value
        where !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal)
        select link;

    /// <summary>Headings as GitHub anchors them: lower case, letters, digits and hyphens kept, spaces as hyphens.</summary>
    private static HashSet<string> AnchorsOf(string text) =>
    [
        .. WithoutCode(text).Split('\n')
            .Where(static line => line.StartsWith('#'))
            .Select(static line => NotInAnchor.Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    private static string WithoutCode(string text) => FencedCode.Replace(text, "");

    private static string Read(string document) => File.ReadAllText(Path.Combine(SharedMaterial.RepositoryRoot, document));

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode { get; }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex InlineLink { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor { get; }
}
