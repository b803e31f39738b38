using System.Collections.Concurrent;
using EsRefine.Configuration;
using EsRefine.Remembering;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Remembering;

public sealed class SharedVectorMemoryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedStore _store = new();

    [Fact]
    public async Task Vector_handed_out_by_one_sidecar_is_known_to_another_of_its_tenant()
    {
        float[] vector = ModelVectors.Of(new Random(1), 384);
        await Memory("shop").RememberAsync([new("red shoes – größe 42", vector)]);

        Assert.All(
            await Task.WhenAll(ModelVectors.Ways.Select(way => Memory("shop").FindAsync(ModelVectors.Passed(vector, way)).AsTask())),
            static text => Assert.Equal("red shoes – größe 42", text));
        Assert.Null(await Memory("shop").FindAsync(ModelVectors.Near(new Random(2), vector, 1e-3)));
        Assert.Null(await Memory("another").FindAsync(vector));
        Assert.Null(await new VectorMemory(new(), _time).FindAsync(vector));
    }

    [Fact]
    public async Task No_key_of_the_store_holds_anything_of_text_or_tenant()
    {
        await Memory("shop").RememberAsync([new("shoes", ModelVectors.Of(new Random(1), 384))]);

        Assert.Matches("^esrefine:vector:[0-9a-f]{32}$", Assert.Single(_store.Entries.Keys));
    }

    [Fact]
    public async Task Failing_store_is_skipped_and_retried_later()
    {
        VectorMemory memory = Memory("shop");
        float[] own = ModelVectors.Of(new Random(1), 384);
        float[] others = ModelVectors.Of(new Random(2), 384);
        await Memory("shop").RememberAsync([new("others", others)]);
        _store.Fault = new InvalidOperationException("the server is gone");

        await memory.RememberAsync([new("own", own)]);
        Assert.Equal("own", await memory.FindAsync(own));
        Assert.Null(await memory.FindAsync(others));

        _store.Fault = null;
        int asked = _store.Calls;
        Assert.Null(await memory.FindAsync(others));
        Assert.Equal(asked, _store.Calls);   // skipped for some seconds
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("others", await memory.FindAsync(others));
    }

    [Fact]
    public async Task Slow_store_is_not_waited_for()
    {
        VectorMemory memory = Memory("shop");
        _store.Hangs = true;

        Task<string?> finding = memory.FindAsync(ModelVectors.Of(new Random(1), 384)).AsTask();
        Assert.False(finding.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Null(await finding);
    }

    [Fact]
    public async Task Foreign_value_in_the_store_is_ignored()
    {
        float[] vector = ModelVectors.Of(new Random(1), 384);
        await Memory("shop").RememberAsync([new("text", vector)]);
        foreach (string key in _store.Entries.Keys)
        {
            _store.Entries[key] = [1, 2, 3];
        }

        Assert.Null(await Memory("shop").FindAsync(vector));
    }

    private VectorMemory Memory(string tenant) =>
        new(new VectorMemorySettings(), _time, new SharedVectorMemory(_store, tenant, TimeSpan.FromHours(1), _time, NullLogger<SharedVectorMemory>.Instance));

    /// <summary>An in-memory store that can be made to fail or hang.</summary>
    private sealed class ScriptedStore : IDistributedCache
    {
        public ConcurrentDictionary<string, byte[]> Entries { get; } = [];

        public Exception? Fault { get; set; }

        public bool Hangs { get; set; }

        public int Calls { get; private set; }

        public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
        {
            await AnswerAsync();
            return Entries.GetValueOrDefault(key);
        }

        public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            await AnswerAsync();
            Entries[key] = value;
        }

        public byte[]? Get(string key) => throw new NotSupportedException();

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public void Refresh(string key) => throw new NotSupportedException();

        public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        private Task AnswerAsync()
        {
            Calls++;
            return Fault is not null ? Task.FromException(Fault) : Hangs ? new TaskCompletionSource().Task : Task.CompletedTask;
        }
    }
}
