namespace EsRefine.Configuration;

/// <summary>The cache of refined vectors.</summary>
internal sealed record CacheSettings
{
    [Setting("Time a refined vector is kept after its last use. 0 keeps none, so each page of a search is refined on its own.",
        Unit = "minutes", Min = 0, Max = 1440)]
    public int Minutes { get; init; } = 10;

    /// <summary>Null: the vectors stay in this process.</summary>
    [Setting("A Redis server shared by several sidecars in front of one cluster, so that the pages of a search may go through any of them. "
        + "With a models listener and a tenant, it holds query texts in readable form.",
        Form = nameof(TextForms.Redis), Flag = "--redis", Placeholder = "HOST:PORT", Example = "redis:6379")]
    public string? Redis { get; init; }

    /// <summary>Null: the URLs of its nodes.</summary>
    [Setting("Name of the cluster in the keys in Redis, the same for all sidecars in front of it and another for each cluster. "
        + "By default the keys depend on upstream.urls, so that sidecars share vectors only where these are the same.",
        Example = "search-eu")]
    public string? Cluster { get; init; }

    [Setting("Environment variable that holds the password of Redis.", Form = nameof(TextForms.VariableName), Example = "REDIS_PASSWORD")]
    public string? PasswordEnv { get; init; }

    /// <summary>Null: derived from the password.</summary>
    [Setting("Environment variable that holds the secret from which keys in Redis are derived, the same for all sidecars. "
        + "It prevents anyone who can read Redis from guessing callers' passwords by its keys. Without it the secret is derived from the password of Redis.",
        Form = nameof(TextForms.VariableName), Example = "ESREFINE_CACHE_SECRET")]
    public string? SecretEnv { get; init; }
}
