using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace EsRefine.TestSupport.Engines;

/// <summary>A container with a single node.</summary>
internal sealed class EngineContainer(IContainer container) : IAsyncDisposable
{
    private const ushort Port = 9200;

    public Uri Url => new($"http://{container.Hostname}:{container.GetMappedPublicPort(Port)}");

    /// <summary>Starts a container. Null if there is no container engine.</summary>
    public static async Task<EngineContainer?> TryStartAsync(EngineSource source)
    {
        if (!await HasContainerEngineAsync())
        {
            return null;
        }

        string image = Environment.GetEnvironmentVariable(source.ImageVariable) is { Length: > 0 } named ? named : source.Image;
        IContainer container = new ContainerBuilder(image)
            .WithEnvironment(source.ContainerEnvironment)
            .WithPortBinding(Port, assignRandomHostPort: true)
            // With security on, 401 also means that the engine is up.
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(
                request => request.ForPort(Port).ForPath("/").ForStatusCodeMatching(code => (int)code < 500)))
            .Build();
        await container.StartAsync();
        return new(container);
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();

    // An installed client is not enough: the container engine must answer.
    private static async Task<bool> HasContainerEngineAsync()
    {
        if (TestcontainersSettings.OS.DockerEndpointAuthConfig is not { } endpoint)
        {
            return false;
        }

        using Docker.DotNet.DockerClient client = endpoint.GetDockerClientBuilder(Guid.Empty).Build();
        try
        {
            await client.System.PingAsync();
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or Docker.DotNet.DockerApiException)
        {
            return false;
        }
    }
}
