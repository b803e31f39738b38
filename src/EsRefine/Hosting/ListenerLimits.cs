using EsRefine.Http;
using EsRefine.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EsRefine.Hosting;

/// <summary>What the connections of a listener may hold: so many at a time, and heads within the memory budget.</summary>
internal static class ListenerLimits
{
    /// <summary>Limits the connections of a listener.</summary>
    /// <param name="name">Of its setting: <c>listen.data</c>.</param>
    public static void Apply(ListenOptions listener, string name)
    {
        IServiceProvider services = listener.ApplicationServices;
        int limit = ConnectionLimit.Of(services.GetRequiredService<EsRefineSettings>().Listen.MaxConnections);
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConnectionLimit).FullName!);
        listener.Use(new ConnectionLimit(limit, name, services.GetRequiredService<TimeProvider>(), logger).Hold);
        if (listener.Protocols == HttpProtocols.Http1)
        {
            MemoryBudget budget = services.GetRequiredService<MemoryBudget>();
            listener.Use(next => CountedHeads.Count(next, budget));
        }
    }

    /// <summary>Tells the connection where the head of a request ends and where the next one may begin.</summary>
    public static IApplicationBuilder UseCountedHeads(this IApplicationBuilder app) => app.Use(static next => context =>
    {
        return context.Features.Get<CountedHeads>() is { } heads ? AnswerAsync(heads) : next(context);

        async Task AnswerAsync(CountedHeads heads)
        {
            heads.End(context.Request.Headers);
            try
            {
                await next(context);
            }
            finally
            {
                heads.BeginNext();
            }
        }
    });
}
