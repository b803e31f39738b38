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

/// <summary>Where the listeners listen; see <see cref="ListenAddress"/>.</summary>
internal sealed record ListenSettings
{
    public const string PublishAuto = "auto";

    public const string PublishNone = "none";

    [Setting("HTTP. Applications use it in place of the cluster's address.", Form = nameof(TextForms.Listen), Flag = "--listen", Placeholder = "HOST:PORT")]
    public string Data { get; init; } = "127.0.0.1:9280";

    [Setting("gRPC (HTTP/2).", Form = nameof(TextForms.Listen), Flag = "--listen-grpc", Placeholder = "HOST:PORT")]
    public string Grpc { get; init; } = "127.0.0.1:9281";

    [Setting("Health checks over HTTP: /livez and /readyz. This listener has no authentication: let only operators reach it.",
        Form = nameof(TextForms.Listen), Flag = "--listen-admin", Placeholder = "HOST:PORT")]
    public string Admin { get; init; } = "127.0.0.1:9282";

    /// <summary>Null: closed.</summary>
    [Setting("OpenAI-compatible embeddings over HTTP, for applications to use in place of their embeddings server; see models. Not open by default.",
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

/// <summary>How refined vectors are kept.</summary>
internal sealed record CacheSettings
{
    [Setting("Time a refined vector is kept after its last use. 0 keeps none: each page of a search is refined on its own.",
        Unit = "minutes", Min = 0, Max = 1440)]
    public int Minutes { get; init; } = 10;

    /// <summary>Null: this process keeps them.</summary>
    [Setting("A Redis that several sidecars in front of one cluster share, so that the pages of a search may come through any of them. "
        + "With a models listener and a tenant, texts of queries are readable in it.",
        Form = nameof(TextForms.Redis), Flag = "--redis", Placeholder = "HOST:PORT", Example = "redis:6379")]
    public string? Redis { get; init; }

    [Setting("Environment variable that holds the password of Redis.", Form = nameof(TextForms.VariableName), Example = "REDIS_PASSWORD")]
    public string? PasswordEnv { get; init; }

    /// <summary>Null: derived from the password.</summary>
    [Setting("Environment variable that holds the secret from which keys in Redis are derived, the same for all sidecars. "
        + "It keeps those who can read Redis from testing guesses of callers' passwords against its keys. "
        + "Without it the secret is derived from the password of Redis.",
        Form = nameof(TextForms.VariableName), Example = "ESREFINE_CACHE_SECRET")]
    public string? SecretEnv { get; init; }
}
