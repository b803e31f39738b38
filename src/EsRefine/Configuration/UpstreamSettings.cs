namespace EsRefine.Configuration;

/// <summary>The cluster behind EsRefine.</summary>
internal sealed record UpstreamSettings
{
    [Setting("Nodes of one cluster, each http(s)://host:port[/prefix].", Flag = "--upstream", Placeholder = "URL",
        Example = "[http://localhost:9200]", IsSetInSample = true)]
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    [Setting("Authorization header for reading mappings where callers may not read them. It is used for nothing else. Set it by its environment variable "
        + "rather than in a file.",
        Example = "ApiKey bWFwcGluZ3M6b25seQ==", IsSecret = true)]
    public string? MappingAuthorization { get; init; }
}

/// <summary>The addresses of the listeners; see <see cref="ListenAddress"/>.</summary>
internal sealed record ListenSettings
{
    public const string PublishAuto = "auto";

    public const string PublishNone = "none";

    [Setting("The HTTP listener. Applications use it in place of the cluster's address.",
        Form = nameof(TextForms.Listen), Flag = "--listen", Placeholder = "HOST:PORT")]
    public string Data { get; init; } = "127.0.0.1:9280";

    [Setting("The gRPC listener (HTTP/2).", Form = nameof(TextForms.Listen), Flag = "--listen-grpc", Placeholder = "HOST:PORT")]
    public string Grpc { get; init; } = "127.0.0.1:9281";

    [Setting("The admin listener: health checks over HTTP (/livez and /readyz). It has no authentication: let only operators reach it.",
        Form = nameof(TextForms.Listen), Flag = "--listen-admin", Placeholder = "HOST:PORT")]
    public string Admin { get; init; } = "127.0.0.1:9282";

    /// <summary>Null: closed.</summary>
    [Setting("The models listener: OpenAI-compatible embeddings over HTTP. Applications use it in place of their embeddings server; see models. "
        + "Closed by default.",
        Form = nameof(TextForms.Listen), Flag = "--listen-models", Placeholder = "HOST:PORT", Example = "127.0.0.1:9283")]
    public string? Models { get; init; }

    /// <summary>Null: derived from the memory.</summary>
    [Setting("Connections that each listener has open at the same time. One more is closed at once. "
        + "Without it: as many as take an eighth of the memory that the process or its container may use, and at most 16384.",
        Unit = "connections", Min = 1, Max = 1_000_000, Example = "4096")]
    public int? MaxConnections { get; init; }

    [Setting("The address given to clients that ask the cluster for its nodes (sniffing), so that they keep using EsRefine. "
        + "auto: the address they reached EsRefine at. host:port: that address, for clients behind a load balancer. "
        + "none: the nodes' own addresses, so that such clients bypass EsRefine.",
        Form = nameof(TextForms.Publish), Flag = "--publish", Placeholder = "ADDRESS")]
    public string Publish { get; init; } = PublishAuto;
}

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
