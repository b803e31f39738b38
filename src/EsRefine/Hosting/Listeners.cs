using EsRefine.Configuration;
using EsRefine.Endpoints;
using EsRefine.Grpc;
using EsRefine.Grpc.V1;
using EsRefine.Http;
using EsRefine.Models;
using EsRefine.Settings;
using EsRefine.Telemetry;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Health.V1;
using Grpc.Reflection;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EsRefine.Hosting;

/// <summary>The listeners of the process: one Kestrel server that listens on several addresses, each with its own request pipeline.</summary>
/// <remarks>Requests are routed by the listener that accepted their connection, never by anything a client sends.</remarks>
internal static class Listeners
{
    private enum Listener
    {
        Data,
        Grpc,
        Admin,
        Models,
    }

    /// <summary>Opens every configured listener.</summary>
    /// <exception cref="ConfigurationException">An address is invalid.</exception>
    public static void Open(KestrelServerOptions kestrel, ListenSettings listen)
    {
        TransparentHttp.ConfigureKestrel(kestrel);
        Open(kestrel, Listener.Data, "listen.data", listen.Data, HttpProtocols.Http1);
        Open(kestrel, Listener.Grpc, "listen.grpc", listen.Grpc, HttpProtocols.Http2);   // Kestrel does not support HTTP/1.1 and HTTP/2 on one cleartext port
        Open(kestrel, Listener.Admin, "listen.admin", listen.Admin, HttpProtocols.Http1);
        if (listen.Models is { } models)
        {
            Open(kestrel, Listener.Models, "listen.models", models, HttpProtocols.Http1);
        }
    }

    /// <summary>Registers the services of the listeners.</summary>
    /// <param name="listen">The configured listeners.</param>
    public static void AddServices(IServiceCollection services, ListenSettings listen)
    {
        services.AddHttpForwarder();
        services.AddSingleton<IMemoryPoolFactory<byte>, SocketBuffers>();
        services.AddSingleton(static provider => new PublishedAddress(provider.GetRequiredService<EsRefineSettings>().Listen));
        services.AddSingleton<TransparentProxy>();
        services.AddSingleton(static provider =>
        {
            RefinedRequest request = provider.GetRequiredService<RefinedRequest>();
            int maxSearchBodyBytes = provider.GetRequiredService<EsRefineSettings>().MaxSearchBodyBytes;
            return new DataListener(
                provider.GetRequiredService<TransparentProxy>(),
                request.CanRefine ? request.PrepareAsync : null,
                maxSearchBodyBytes,
                provider.GetRequiredService<EsRefineMeter>(),
                provider.GetRequiredService<ILogger<DataListener>>(),
                provider.GetRequiredService<MemoryBudget>());
        });
        if (listen.Models is not null)
        {
            services.AddSingleton<ModelsListener>();
        }

        services.AddRouting();
        services.AddGrpc();
        services.AddOptions<GrpcServiceOptions>()
            .Configure<EsRefineSettings>(static (grpc, settings) => grpc.MaxReceiveMessageSize = settings.MaxSearchBodyBytes);
        services.AddSingleton<IServiceMethodProvider<RefinementGrpcService>, RefinementMethods>();
        Google.Protobuf.Reflection.ServiceDescriptor[] described =
            [RefinementService.Descriptor, Health.Descriptor, ServerReflection.Descriptor, global::Grpc.Reflection.V1.ServerReflection.Descriptor];
        services.AddSingleton(new ReflectionServiceImpl(described));
        services.AddSingleton(new ReflectionV1ServiceImpl(described));
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(static health => health.Services.Map(RefinementService.Descriptor.FullName, static _ => true))
            .AddCheck<UpstreamHealthCheck>("upstream", tags: ["ready"]);
        // The cluster is checked only when a probe asks for it. The publisher would otherwise send it a request every 30 seconds.
        services.Configure<HealthCheckPublisherOptions>(static publisher => publisher.Predicate = static check => !check.Tags.Contains("ready"));
    }

    /// <summary>Builds the request pipeline of each listener. The data and models listeners have no routing, because they forward every path.</summary>
    public static void Map(IApplicationBuilder app)
    {
        app.UseCountedHeads();
        app.MapWhen(
            static context => ListenerOf(context) == Listener.Data,
            static data => data.Run(data.ApplicationServices.GetRequiredService<DataListener>().AnswerAsync));
        app.MapWhen(
            static context => ListenerOf(context) == Listener.Grpc, static grpc => grpc.UseCountedMessages().UseRouting().UseEndpoints(static endpoints =>
        {
            endpoints.MapGrpcService<RefinementGrpcService>();
            endpoints.MapGrpcHealthChecksService();
            endpoints.MapGrpcReflectionService();
        }));
        app.MapWhen(static context => ListenerOf(context) == Listener.Admin, static admin => admin.UseRouting().UseEndpoints(static endpoints =>
        {
            endpoints.MapHealthChecks("/livez", new HealthCheckOptions { Predicate = static _ => false });
            endpoints.MapHealthChecks("/readyz", new HealthCheckOptions
            {
                Predicate = static check => check.Tags.Contains("ready"),
                ResponseWriter = WriteReadinessAsync,
            });
        }));
        app.MapWhen(
            static context => ListenerOf(context) == Listener.Models,
            static models => models.Run(static context => context.RequestServices.GetRequiredService<ModelsListener>().AnswerAsync(context)));
    }

    /// <summary>The bound addresses in the order of the listeners, with the actual port in place of port 0.</summary>
    public static Uri[] Addresses(IHost host) =>
        [.. host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address))];

    private static void Open(KestrelServerOptions kestrel, Listener listener, string setting, string address, HttpProtocols protocols)
    {
        ListenAddress parsed = ListenAddress.Parse(address)
            ?? throw new ConfigurationException($"{setting} must be host:port, such as 127.0.0.1:9280 or *:9280, not '{address}'");
        if (parsed.Address is { } only)
        {
            kestrel.Listen(only, parsed.Port, Mark);
        }
        else
        {
            kestrel.ListenAnyIP(parsed.Port, Mark);
        }

        void Mark(ListenOptions options)
        {
            options.Protocols = protocols;
            ListenerLimits.Apply(options, setting);
            options.Use(next => connection =>
            {
                connection.Features.Set(new ListenerFeature(listener));
                return next(connection);
            });
        }
    }

    /// <summary>Writes the status and, if not ready, the reason, so that a failing probe can be diagnosed without the log.</summary>
    private static Task WriteReadinessAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        IEnumerable<string> reasons = report.Entries.Values.Select(static entry => entry.Description).OfType<string>();
        return context.Response.WriteAsync(string.Join(": ", reasons.Prepend(report.Status.ToString())));
    }

    private static Listener? ListenerOf(HttpContext context) => context.Features.Get<ListenerFeature>()?.Listener;

    private sealed record ListenerFeature(Listener Listener);
}
