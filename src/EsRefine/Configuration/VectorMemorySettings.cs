namespace EsRefine.Configuration;

/// <summary>Limits of the memory for the texts whose vectors the models listener returned.</summary>
internal sealed record VectorMemorySettings
{
    /// <summary>Null: the memory is not shared with other processes.</summary>
    [Setting("Sidecars with the same tenant and the same cache.redis share the texts they remember. Without it each process keeps its own memory.",
        Example = "shop")]
    public string? Tenant { get; init; }

    [Setting("Texts remembered. Each takes 200 bytes and two bytes per character.", Unit = "texts", Min = 1, Max = 10_000_000)]
    public int Entries { get; init; } = 100_000;

    [Setting("Memory that texts may take.", Unit = "MiB", Min = 1, Max = 65_536)]
    public int Mebibytes { get; init; } = 64;

    [Setting("Time a text is remembered after its vector was last returned.", Unit = "minutes", Min = 1, Max = 525_600)]
    public int Minutes { get; init; } = 24 * 60;
}
