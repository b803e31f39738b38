using System.Reflection;
using EsRefine.EmbeddedIndex;
using EsRefine.Evaluation;
using EsRefine.Refinement;
using Xunit;

namespace EsRefine.Tests.Architecture;

/// <summary>The assemblies of the product: what they may reference, and that a name means one thing in all of them.</summary>
public sealed class ProductTests
{
    private static readonly Assembly[] Libraries = [typeof(EmbeddedIndexServer).Assembly, typeof(IRefinementRule).Assembly, typeof(Run).Assembly];

    [Fact]
    public void Libraries_know_nothing_of_the_rest() => Assert.Empty(
        from library in Libraries
        from reference in library.GetReferencedAssemblies()
        where reference.Name!.StartsWith("esrefine", StringComparison.OrdinalIgnoreCase)
        select $"{library.GetName().Name} uses {reference.Name}");

    /// <summary>The numeric core computes: it neither serves nor logs, and is given what it needs.</summary>
    [Fact]
    public void Refinement_and_evaluation_know_no_web_no_container_and_no_log() => Assert.Empty(
        from library in Libraries[1..]
        from reference in library.GetReferencedAssemblies()
        where reference.Name!.StartsWith("Microsoft.", StringComparison.Ordinal)
        select $"{library.GetName().Name} uses {reference.Name}");

    /// <summary>Except a folder's <c>Log</c>, which is a convention. A generic type may share its name with the plain one beside it.</summary>
    [Fact]
    public void Type_names_are_unique() => Assert.Empty(
        from type in Libraries.Append(FolderUses.Sidecar).SelectMany(static assembly => assembly.GetTypes())
        where !type.IsNested && type.Name != "Log" && IsWritten(type)
        group $"{type.Assembly.GetName().Name}: {type.Namespace}" by type.Name.Split('`')[0] into named
        where named.Distinct().Skip(1).Any()
        select $"{named.Key} is declared in {string.Join(" and ", named.Distinct())}");

    /// <summary>Not generated from the proto, whose names are the API's own, nor by the compiler.</summary>
    private static bool IsWritten(Type type) =>
        type.Namespace is { } space && space.StartsWith("EsRefine", StringComparison.Ordinal) && space != typeof(EsRefine.Grpc.V1.SearchRequest).Namespace
        && !type.Name.Contains('<', StringComparison.Ordinal);
}
