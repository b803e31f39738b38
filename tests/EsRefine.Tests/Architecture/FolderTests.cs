using Xunit;

namespace EsRefine.Tests.Architecture;

/// <summary>The rooms of <c>src/EsRefine</c> and the ways between them. Each list of exceptions may only become shorter.</summary>
public sealed class FolderTests
{
    /// <summary>Folders that use each other both ways, still.</summary>
    private static readonly string[] KnownCycles =
    [
        "Caching–Upstream", "Http–Upstream", "Recognition–Reissue", "Recognition–Upstream",
    ];

    /// <summary>Folders that the types beside <c>RefinedSearch.cs</c> use, still.</summary>
    private static readonly string[] KnownUsesOfTheRoot =
    [
        "Caching", "Configuration", "Judging", "Recognition", "Reissue", "Remembering", "Sampling", "Telemetry", "Upstream",
    ];

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

        AssertKnown(KnownCycles, cycles, static cycle => cycle.Split('–') is [var one, var other] ? Told(one, other) + Told(other, one) : "");
    }

    [Fact]
    public void Types_of_the_root_use_no_folder()
    {
        string[] used = [.. FolderUses.All.Keys.Where(static use => use.From == FolderUses.Root).Select(static use => use.To).Order(StringComparer.Ordinal)];

        AssertKnown(KnownUsesOfTheRoot, used, static folder => Told(FolderUses.Root, folder));
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

    /// <summary>Fails where something is new, and where a known exception is gone and should be struck from its list.</summary>
    private static void AssertKnown(string[] known, string[] found, Func<string, string> tell)
    {
        string[] added = [.. found.Except(known)];
        string[] gone = [.. known.Except(found)];
        Assert.True(added.Length == 0, "not allowed:\n" + string.Concat(added.Select(tell)));
        Assert.True(gone.Length == 0, "true no longer, strike it from the list: " + string.Join(", ", gone));
    }

    private static string Told(string from, string to) =>
        FolderUses.All.TryGetValue((from, to), out string[]? types) ? $"  {from} uses {to} in {string.Join(", ", types)}\n" : "";
}
