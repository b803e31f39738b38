using System.Reflection;
using Xunit;

namespace EsRefine.Tests;

/// <summary>The table of the promise in ARCHITECTURE.md names the test behind each of its rows.</summary>
public sealed class PromiseTableTests
{
    [Fact]
    public void Every_row_names_a_test_that_is_there()
    {
        using StreamReader reader = new(typeof(PromiseTableTests).Assembly.GetManifestResourceStream("ARCHITECTURE.md")!);
        string[] rows =
        [
            .. reader.ReadToEnd().Split('\n')
                .SkipWhile(static line => !line.StartsWith("| what breaks |", StringComparison.Ordinal))
                .TakeWhile(static line => line.StartsWith('|'))
                .Skip(2),   // the head and the line under it
        ];
        HashSet<string> tests =
        [
            .. typeof(PromiseTableTests).Assembly.GetTypes()
                .SelectMany(static type => type.GetMethods())
                .Where(static method => method.GetCustomAttributes<FactAttribute>().Any())
                .Select(static method => $"`{method.DeclaringType!.Name}.{method.Name}`"),
        ];

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(row.Split('|')[^2].Trim(), tests));
    }
}
