using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Tests that measure time, or that load the machine for long: they run one after another when all others are done.</summary>
[CollectionDefinition(nameof(NothingBeside), DisableParallelization = true)]
public sealed class NothingBeside;
