using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Tests that measure time or load the machine for long. They run one after another, after all others.</summary>
[CollectionDefinition(nameof(NothingBeside), DisableParallelization = true)]
public sealed class NothingBeside;
