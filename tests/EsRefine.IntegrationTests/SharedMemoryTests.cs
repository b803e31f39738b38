using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Remembering;
using EsRefine.Settings;
using EsRefine.Stores;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>The vector memory that sidecars share through a real Redis.</summary>
public sealed class SharedMemoryTests
{
    private static readonly Uri NobodyThere = new("http://127.0.0.1:9");   // the discard port: nothing is searched or embedded here

    private static readonly float[] Vector = [.. Enumerable.Range(1, 64).Select(static i => MathF.Sin(i * i))];

    [Fact]
    public async Task Vector_handed_out_by_one_sidecar_is_known_to_the_others_of_its_tenant()
    {
        await using OwnRedis redis = await OwnRedis.StartAsync();
        await using Sidecar one = await StartAsync(redis, "shop");
        await using Sidecar other = await StartAsync(redis, "shop");
        await using Sidecar stranger = await StartAsync(redis, "another");
        await using Sidecar alone = await StartAsync(redis, tenant: null);
        await ConnectedAsync(redis);

        await RememberUntilSharedAsync(one, redis);

        Assert.Equal("how fast is a jaguar?", await FindPatientlyAsync(other, [.. Vector.Select(static component => MathF.Round(component, 6))]));
        Assert.Null(await MemoryOf(stranger).FindAsync(Vector));
        Assert.Null(await MemoryOf(alone).FindAsync(Vector));
        Assert.Matches("esrefine:vector:[0-9a-f]{32}\r", await redis.DumpAsync());
    }

    [Fact]
    public async Task Memory_without_its_Redis_remembers_in_the_process()
    {
        OwnRedis redis = await OwnRedis.StartAsync();
        await using Sidecar sidecar = await StartAsync(redis, "shop");
        await redis.DisposeAsync();

        await MemoryOf(sidecar).RememberAsync([new("how fast is a jaguar?", Vector)]);

        Assert.Equal("how fast is a jaguar?", await MemoryOf(sidecar).FindAsync(Vector));
        Assert.Null(await MemoryOf(sidecar).FindAsync([1, 2, 3]));
    }

    [Fact]
    public async Task Entries_of_the_store_expire()
    {
        await using OwnRedis redis = await OwnRedis.StartAsync();
        IDistributedCache store = await ConnectedAsync(redis);
        SharedVectorMemory memory = new(store, "shop", TimeSpan.FromMinutes(7), TimeProvider.System, NullLogger<SharedVectorMemory>.Instance);
        Assert.True(VectorSketch.TryOf(Vector, out VectorSketch sketch));

        await memory.RememberAsync([(sketch, "how fast is a jaguar?")]);

        string key = (await redis.DumpAsync()).Split("\r\n").First(static line => line.StartsWith("esrefine:vector:", StringComparison.Ordinal));
        string timeToLive = await redis.AskAsync($"TTL {key}");
        Assert.InRange(int.Parse(timeToLive.TrimStart(':'), System.Globalization.CultureInfo.InvariantCulture), 1, 7 * 60);
    }

    private static Task<Sidecar> StartAsync(OwnRedis redis, string? tenant)
    {
        EsRefineSettings settings = SidecarInFront.Settings(NobodyThere, judge: null);
        return SidecarInFront.Of(settings with
        {
            Listen = settings.Listen with { Models = "127.0.0.1:0" },
            Models = new ModelsSettings { Upstream = NobodyThere, Memory = new VectorMemorySettings { Tenant = tenant } },
            Cache = new CacheSettings { Redis = redis.Address },
        });
    }

    private static VectorMemory MemoryOf(Sidecar sidecar) => sidecar.Services.GetRequiredService<VectorMemory>();

    /// <summary>A store with an open connection. On a busy machine, the first use of a connection may take longer than the memory's timeout.</summary>
    private static async Task<IDistributedCache> ConnectedAsync(OwnRedis redis)
    {
        IDistributedCache store = RedisStore.Connect(new CacheSettings { Redis = redis.Address }, NullLogger.Instance);
        await store.GetAsync("any", TestContext.Current.CancellationToken);
        return store;
    }

    /// <summary>Requests the vector until the store has it, because a store that times out at first is skipped for some seconds.</summary>
    private static async Task RememberUntilSharedAsync(Sidecar sidecar, OwnRedis redis)
    {
        while (!(await redis.DumpAsync()).Contains("esrefine:vector:", StringComparison.Ordinal))
        {
            await MemoryOf(sidecar).RememberAsync([new("how fast is a jaguar?", Vector)]);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string?> FindPatientlyAsync(Sidecar sidecar, float[] vector)
    {
        // After a failed lookup, for example a timeout on a busy machine, the store is skipped for 5 s.
        for (int i = 0; i < 1200; i++)
        {
            if (await MemoryOf(sidecar).FindAsync(vector) is { } text)
            {
                return text;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return null;
    }
}
