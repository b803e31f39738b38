namespace EsRefine.Configuration;

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
