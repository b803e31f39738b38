using Xunit;

namespace EsRefine.Tests.Architecture;

/// <summary>The folders of <c>src/EsRefine</c> and which of them use which: dependencies go one way, and the root uses no folder.</summary>
public sealed class FolderTests
{
    [Fact]
    public void No_two_folders_use_each_other()
    {
        string[] cycles =
        [
            .. FolderUses.All.Keys
                .Where(static use => use.From != FolderUses.Root && use.To != FolderUses.Root)
                .Where(static use => string.CompareOrdinal(use.From, use.To) < 0 && FolderUses.All.ContainsKey((use.To, use.From)))
                .Select(static use => $"{use.From}–{use.To}")
                .Order(StringComparer.Ordinal),
        ];

        Assert.True(
            cycles.Length == 0,
            "folders that use each other:\n"
                + string.Concat(cycles.Select(static cycle => cycle.Split('–') is [var one, var other] ? Told(one, other) + Told(other, one) : "")));
    }

    [Fact]
    public void Types_of_the_root_use_no_folder()
    {
        string[] used = [.. FolderUses.All.Keys.Where(static use => use.From == FolderUses.Root).Select(static use => use.To).Order(StringComparer.Ordinal)];

        Assert.True(used.Length == 0, "the root uses folders:\n" + string.Concat(used.Select(static folder => Told(FolderUses.Root, folder))));
    }

    [Theory]
    [InlineData("Demo")]
    [InlineData("Evaluating")]
    public void Only_the_verbs_use_what_uses_the_sidecar(string folder)
    {
        (string From, string To)[] uses = [.. FolderUses.All.Keys.Where(use => use.To == folder)];

        Assert.True(uses is [{ From: "Commands" }], string.Concat(uses.Select(static use => Told(use.From, use.To))));
    }

    [Fact]
    public void Only_the_entry_point_uses_the_verbs() => Assert.DoesNotContain(FolderUses.All.Keys, static use => use.To == "Commands");

    private static string Told(string from, string to) =>
        FolderUses.All.TryGetValue((from, to), out string[]? types) ? $"  {from} uses {to} in {string.Join(", ", types)}\n" : "";
}
