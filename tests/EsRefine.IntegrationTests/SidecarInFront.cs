using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.TestSupport.Engines;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Starts sidecars for tests: on free ports, with refinement of all searches and a deadline for a busy machine.</summary>
internal static class SidecarInFront
{
    /// <summary>Default settings of the tests.</summary>
    public static EsRefineSettings Settings(Uri upstream, JudgeSettings? judge) => new()
    {
        Upstream = new UpstreamSettings { Urls = [upstream] },
        Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" },
        DeadlineMs = 30_000,
        Judge = judge,
    };

    /// <summary>A sidecar with the qrels judge.</summary>
    public static Task<Sidecar> Of(RunningEngine engine) => Of(engine.Url, Fan.Judge);

    public static Task<Sidecar> Of(Uri upstream, JudgeSettings? judge) => Of(Settings(upstream, judge));

    public static Task<Sidecar> Of(EsRefineSettings settings, Action<IServiceCollection>? replace = null) =>
        Sidecar.StartAsync(settings, TestContext.Current.CancellationToken, replace);

    /// <summary>A judge of kind <c>chat</c> behind a URL.</summary>
    public static JudgeSettings Chat(Uri url) => new() { Kind = "chat", Url = url, Model = "any" };
}
