using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A sidecar with a tap on each side. It has already returned, and so remembers, the vectors of all texts that the applications search for.</summary>
internal sealed class TappedSidecar : IAsyncDisposable
{
    private readonly Wiretap _front;
    private readonly Wiretap _back;
    private readonly Sidecar _sidecar;

    private TappedSidecar(Wiretap front, Sidecar sidecar, Wiretap back)
    {
        _front = front;
        _sidecar = sidecar;
        _back = back;
    }

    /// <summary>The cluster URL for applications.</summary>
    public string Url => _front.Url.GetLeftPart(UriPartial.Authority);

    /// <summary>The embeddings URL for applications.</summary>
    public string ModelsUrl => _sidecar.ModelsUrl!.GetLeftPart(UriPartial.Authority);

    public static async Task<TappedSidecar> StartAsync(RunningEngine engine, WordListServer embeddings, RefinementMode mode, JudgeSettings? judge = null)
    {
        Wiretap back = Wiretap.On(engine.Url);
        EsRefineSettings settings = SidecarInFront.Settings(back.Url, judge) with { Mode = mode, Models = new ModelsSettings { Upstream = embeddings.Url } };
        Sidecar sidecar = await SidecarInFront.Of(settings with { Listen = settings.Listen with { Models = "127.0.0.1:0" } });
        string texts = JsonSerializer.Serialize(new { model = "word-lists", input = await RecordedApplications.TextsAsync() });
        Assert.Equal(200, (await Exchange.SendAsync(sidecar.ModelsUrl!, HttpMethod.Post, "/v1/embeddings", texts)).Status);
        return new(Wiretap.Numbering(sidecar.DataUrl), sidecar, back);
    }

    /// <summary>Exchanges since the last call, in the order of the replies.</summary>
    public PassedExchange[] Take()
    {
        Dictionary<string, TappedExchange> behind = [];
        foreach (TappedExchange exchange in _back.Take().Where(static exchange => !IsOurs(exchange)))
        {
            behind[exchange.Number!] = exchange;   // after a refused refined search, the original that was sent next
        }

        return [.. _front.Take().Select(exchange => new PassedExchange(exchange, behind.GetValueOrDefault(exchange.Number!)))];
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _sidecar.DisposeAsync();
        await _back.DisposeAsync();
    }

    private static bool IsOurs(TappedExchange exchange) => exchange.Request.Header("X-Opaque-Id")?.EndsWith("esrefine", StringComparison.Ordinal) is true;
}
