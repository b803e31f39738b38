using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Benchmarks;

/// <summary>The least a proxy on <see cref="IHttpForwarder"/> can be: what <c>proxies/compare</c> holds EsRefine against.</summary>
internal static class BareForwarder
{
    /// <summary>Forwards everything until the process is ended.</summary>
    /// <param name="upstream">Base URL of the cluster.</param>
    /// <param name="listen">Base URL to listen at.</param>
    public static void Run(string upstream, string listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls(listen);
        builder.Services.AddHttpForwarder();
        WebApplication app = builder.Build();
        IHttpForwarder forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        using HttpMessageInvoker invoker = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        });
        app.Run(async context => await forwarder.SendAsync(context, upstream, invoker));
        app.Run();
    }
}
