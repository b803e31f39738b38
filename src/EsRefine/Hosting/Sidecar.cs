using EsRefine.Configuration;
using EsRefine.Endpoints;
using EsRefine.Http;
using EsRefine.Models;
using EsRefine.Settings;
using Microsoft.Extensions.AI;

namespace EsRefine.Hosting;

/// <summary>The running sidecar: its listeners and their addresses. <c>run</c>, <c>demo</c> and tests all start this class.</summary>
internal sealed class Sidecar : IAsyncDisposable
{
    private readonly IHost _host;

    private Sidecar(IHost host, Uri[] urls)
    {
        _host = host;
        (DataUrl, GrpcUrl, AdminUrl) = (urls[0], urls[1], urls[2]);
        ModelsUrl = urls.ElementAtOrDefault(3);
    }

    /// <summary>The transparent proxy, HTTP/1.1.</summary>
    public Uri DataUrl { get; }

    /// <summary><c>esrefine.v1</c>, health and reflection; HTTP/2 cleartext.</summary>
    public Uri GrpcUrl { get; }

    /// <summary><c>/livez</c> and <c>/readyz</c>.</summary>
    public Uri AdminUrl { get; }

    /// <summary>OpenAI-compatible embeddings, HTTP/1.1. Null if this listener is not configured.</summary>
    public Uri? ModelsUrl { get; }

    /// <summary>The services behind the listeners.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Opens the listeners.</summary>
    /// <param name="settings">Validated settings.</param>
    /// <param name="replace">Registers replacements for services.</param>
    /// <param name="configureLogging">Configures logging; null = no logs.</param>
    /// <exception cref="ConfigurationException">The settings cannot be used; the message says what to change.</exception>
    public static async Task<Sidecar> StartAsync(
        EsRefineSettings settings,
        CancellationToken cancellationToken,
        Action<IServiceCollection>? replace = null,
        Action<ILoggingBuilder>? configureLogging = null)
    {
        IHost host = new HostBuilder()
            .UseDefaultServiceProvider(static provider => (provider.ValidateScopes, provider.ValidateOnBuild) = (true, true))   // not only in Development
            .ConfigureLogging(logging => configureLogging?.Invoke(logging))
            .ConfigureWebHost(
                web => web
                    .UseKestrel(kestrel => Listeners.Open(kestrel, settings.Listen))
                    .UseSockets(static sockets => sockets.MaxReadBufferSize = TransparentHttp.SocketBufferBytes)
                    .ConfigureServices(services =>
                    {
                        replace?.Invoke(services);
                        services.AddEsRefine(settings);
                        Listeners.AddServices(services, settings.Listen);
                    })
                    .Configure(Listeners.Map),
                static host => host.SuppressEnvironmentConfiguration = true)   // ASPNETCORE_URLS and similar variables do not configure the listeners
            .Build();
        try
        {
            // A judge or model that cannot be created fails the start rather than the first search.
            _ = host.Services.GetRequiredService<RefinedRequest>();
            _ = host.Services.GetService<IEmbeddingGenerator<string, Embedding<float>>>();
            _ = settings.Listen.Models is null ? null : host.Services.GetRequiredService<ModelsListener>();
            await host.StartAsync(cancellationToken);
            Sidecar sidecar = new(host, Listeners.Addresses(host));
            await OwnAddress.RefuseAsync(settings.Upstream.Urls, sidecar.DataUrl, cancellationToken);
            return sidecar;
        }
        catch (Exception exception) when (ListenerFault.Of(exception, settings.Listen) is { } fault)
        {
            host.Dispose();
            throw new ConfigurationException(fault, exception);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the process is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
