using System.Reflection;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests;

/// <summary>Fixed time spans stand in one file and say by their names what they are.</summary>
public sealed partial class TimeoutsTests
{
    [Fact]
    public void Fixed_time_spans_stand_in_one_file()
    {
        string source = Path.Combine(SharedMaterial.RepositoryRoot, "src", "EsRefine");
        string[] elsewhere =
        [
            .. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
                .Where(static file => Path.GetFileName(file) != "Timeouts.cs")
                .Where(static file => FixedTimeSpan().IsMatch(File.ReadAllText(file)))
                .Select(file => Path.GetRelativePath(source, file)),
        ];
        Assert.Equal([], elsewhere);
    }

    [Fact]
    public void Names_say_timeout_interval_or_lifetime()
    {
        FieldInfo[] spans = typeof(Timeouts).GetFields();
        Assert.NotEmpty(spans);
        Assert.All(spans, static span => Assert.Matches("(Timeout|Interval|Lifetime)$", span.Name));
        Assert.All(spans, static span => Assert.True((TimeSpan)span.GetValue(null)! > TimeSpan.Zero, span.Name));
    }

    [GeneratedRegex(@"TimeSpan\.From\w+\(\s*[0-9]|\bTimeout\w* = [0-9]")]
    private static partial Regex FixedTimeSpan();
}
