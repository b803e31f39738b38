using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using EsRefine.Hosting;
using NetArchTest.Rules;
using ProductTypes = NetArchTest.Rules.Types;

namespace EsRefine.Tests.Architecture;

/// <summary>Which folders of <c>src/EsRefine</c> use which, read from the IL: signatures, bodies, generic arguments, lambdas and state machines.</summary>
/// <remarks>A folder is the second level of a namespace. A constant of an enum leaves no trace in the IL and is no use.</remarks>
internal static class FolderUses
{
    /// <summary>Stands for the types of the namespace <c>EsRefine</c> itself.</summary>
    public const string Root = "(root)";

    public static Assembly Sidecar { get; } = typeof(Sidecar).Assembly;

    /// <summary>Every folder with the full names of its types.</summary>
    public static FrozenDictionary<string, string[]> Folders { get; } = Sidecar.GetTypes()
        .Where(static type => !type.IsNested && IsOurs(type))
        .GroupBy(static type => type.Namespace!.Split('.') is [_, var folder, ..] ? folder : Root)
        .ToFrozenDictionary(static folder => folder.Key, static folder => folder.Select(static type => type.FullName!).ToArray());

    private static readonly Lazy<FrozenDictionary<(string From, string To), string[]>> Uses = new(static () => Folders.Keys
        .SelectMany(static from => Folders.Keys.Where(to => to != from).Select(to => (From: from, To: to)))
        .Select(static pair => (Pair: pair, Types: TypesThatUse(pair.From, Folders[pair.To])))
        .Where(static use => use.Types.Length > 0)
        .ToFrozenDictionary(static use => use.Pair, static use => use.Types));

    /// <summary>For every folder that uses another: the types that do.</summary>
    public static FrozenDictionary<(string From, string To), string[]> All => Uses.Value;

    private static bool IsOurs(Type type) =>
        type.Namespace is { } space && (space == "EsRefine" || space.StartsWith("EsRefine.", StringComparison.Ordinal))
        && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static string[] TypesThatUse(string folder, string[] used)
    {
        PredicateList of = folder == Root
            ? ProductTypes.InAssembly(Sidecar).That().ResideInNamespaceMatching("^EsRefine$")
            : ProductTypes.InAssembly(Sidecar).That().ResideInNamespace("EsRefine." + folder);
        return [.. of.And().HaveDependencyOnAny(used).GetTypes().Select(static type => type.FullName).Order(StringComparer.Ordinal)];
    }
}
