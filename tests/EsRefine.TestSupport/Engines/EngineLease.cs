using System.Net;
using System.Text.Json;

namespace EsRefine.TestSupport.Engines;

/// <summary>
/// A lock that all test runs on one engine share, kept on the engine itself: a document that its holder creates, renews and deletes. A run that crashes
/// holds it for no longer than <see cref="Lifetime"/>.
/// </summary>
/// <remarks>
/// Only for resources with a fixed name on the engine; others use <see cref="RunningEngine.NewIndexName"/> and need no lock. The waiting run watches the
/// document's sequence number by its own clock, so the clocks of two machines need not agree. The hidden index of the documents stays on the engine, empty.
/// </remarks>
public sealed class EngineLease : IAsyncDisposable
{
    private const string Index = "esrefine-test-leases";

    /// <summary>A lease that is not renewed for this long counts as abandoned. Six times the renewal interval, to allow for a busy machine.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly RunningEngine _engine;
    private readonly string _path;
    private readonly CancellationTokenSource _released = new();
    private readonly Task<Version> _renewing;

    private EngineLease(RunningEngine engine, string path, Version version)
    {
        _engine = engine;
        _path = path;
        _renewing = RenewAsync(version);
    }

    /// <summary>Waits until no other run holds the lease, or its holder has crashed.</summary>
    /// <param name="engine">Keeps it.</param>
    /// <param name="name">What it protects: <c>recorded-applications</c>.</param>
    public static async Task<EngineLease> AcquireAsync(RunningEngine engine, string name, CancellationToken cancellationToken)
    {
        await CreateIndexAsync(engine);
        string path = $"/{Index}/_doc/{name}";
        Version? seen = null;
        long seenSince = 0;
        while (true)
        {
            Version? current = await FindAsync(engine, path);
            if (current != seen)
            {
                (seen, seenSince) = (current, TimeProvider.System.GetTimestamp());
            }

            bool isFree = current is null || TimeProvider.System.GetElapsedTime(seenSince) > Lifetime;
            if (isFree && await TryWriteAsync(engine, path, current) is { } ours)
            {
                return new(engine, path, ours);
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Releases the lease.</summary>
    /// <exception cref="InvalidOperationException">Another run has taken the lease over, so this run did not have exclusive use.</exception>
    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        Version version = await _renewing;
        _released.Dispose();
        await _engine.SendAsync(HttpMethod.Delete, $"{_path}?{version.Condition}");
    }

    private async Task<Version> RenewAsync(Version version)
    {
        while (!_released.IsCancellationRequested)
        {
            await Task.Delay(RenewalInterval, _released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_released.IsCancellationRequested)
            {
                version = await TryWriteAsync(_engine, _path, version)
                    ?? throw new InvalidOperationException($"the lease {_path} was not renewed for {Lifetime.TotalSeconds} s, and another run took it over");
            }
        }

        return version;
    }

    private static async Task CreateIndexAsync(RunningEngine engine)
    {
        try
        {
            await engine.SendAsync(HttpMethod.Put, "/" + Index, """{"settings":{"number_of_shards":1,"number_of_replicas":0,"hidden":true}}""");
        }
        catch (HttpRequestException exists) when (exists.Message.Contains("resource_already_exists_exception", StringComparison.Ordinal))
        {
            // Another run has created it.
        }
    }

    private static async Task<Version?> FindAsync(RunningEngine engine, string path)
    {
        try
        {
            return Version.Of(await engine.SendAsync(HttpMethod.Get, path));
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Creates the document, or overwrites the version that was seen. Null if another run was faster.</summary>
    private static async Task<Version?> TryWriteAsync(RunningEngine engine, string path, Version? seen)
    {
        try
        {
            string condition = seen?.Condition ?? "op_type=create";
            string holder = $$"""{"process":{{Environment.ProcessId}}}""";   // for diagnosis
            return Version.Of(await engine.SendAsync(HttpMethod.Put, $"{path}?{condition}", holder));
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    /// <summary>The version of a document.</summary>
    private sealed record Version(long SequenceNumber, long PrimaryTerm)
    {
        public string Condition => $"if_seq_no={SequenceNumber}&if_primary_term={PrimaryTerm}";

        public static Version Of(JsonElement reply) => new(reply.GetProperty("_seq_no").GetInt64(), reply.GetProperty("_primary_term").GetInt64());
    }
}
