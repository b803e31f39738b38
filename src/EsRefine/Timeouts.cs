namespace EsRefine;

/// <summary>
/// Every time span that the process fixes. Others set these: operators <c>deadlineMs</c>, <c>targets[].deadlineMs</c>, <c>cache.minutes</c> and
/// <c>models.memory.minutes</c>; clients the <c>deadline_ms</c> of a gRPC request and the deadline of a gRPC call.
/// A <c>Timeout</c> is how long something may take, an <c>Interval</c> how often something is done, a <c>Lifetime</c> how long something is kept.
/// Each line says what happens when it passes.
/// </summary>
/// <remarks>
/// Defaults of .NET that apply as they are: the host gives the listeners 30 s to finish the requests in flight (<c>ShutdownTimeout</c>), and idle connections
/// to cluster and judge are closed after a minute (<c>PooledConnectionIdleTimeout</c> of <c>SocketsHttpHandler</c>).
/// </remarks>
internal static class Timeouts
{
    // Clients

    /// <summary>
    /// An idle client connection is closed: in practice never, like the cluster. Kestrel's timestamp overflows on an infinite time span, and it would close
    /// idle connections within a second.
    /// </summary>
    public static readonly TimeSpan IdleClientLifetime = TimeSpan.FromDays(365);

    /// <summary>A connection is closed while its request head is incomplete: the bytes of the head are held here.</summary>
    public static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A search body that has not arrived is not waited for any longer: it streams to the cluster, which may wait for the rest.</summary>
    public static readonly TimeSpan SearchBodyTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A gRPC call fails while its request message is incomplete.</summary>
    public static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The next warning that a listener has too many connections may be logged.</summary>
    public static readonly TimeSpan ConnectionWarningInterval = TimeSpan.FromSeconds(10);

    /// <summary>Memory is given back to the system, after many held bytes were let go.</summary>
    public static readonly TimeSpan MemoryTrimTimeout = TimeSpan.FromSeconds(1);

    /// <summary>More of it is given back, a few times.</summary>
    public static readonly TimeSpan MemoryTrimInterval = TimeSpan.FromSeconds(20);

    /// <summary>The request of a client that has closed its sending side is canceled.</summary>
    public static readonly TimeSpan HalfClosedTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The connection is closed, although the client has not read the last bytes of a reply that broke off.</summary>
    public static readonly TimeSpan BrokenReplyTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The process ends, although requests are still in flight. Longer than the listeners wait for them.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Of the deadline of a gRPC call, a third is left for the cluster's own answer, but at least this: refinement ends before it.</summary>
    public static readonly TimeSpan ShortestGrpcAnswerTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>And at most this.</summary>
    public static readonly TimeSpan LongestGrpcAnswerTimeout = TimeSpan.FromSeconds(1);

    // Cluster

    /// <summary>A connection to a node is replaced once it is idle, so that a node that moved is found by its name.</summary>
    public static readonly TimeSpan UpstreamConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// A node that has not accepted a connection is unreachable, where another node can take the request. A cluster of one node has all the time that its
    /// clients have.
    /// </summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>A connection fails if sent bytes stay unacknowledged: the node, or the network before it, drops packets.</summary>
    public static readonly TimeSpan AcknowledgmentTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection without data in flight is probed for the first time, also while a request waits for its reply.</summary>
    public static readonly TimeSpan FirstKeepAliveInterval = TimeSpan.FromSeconds(15);

    /// <summary>It is probed again while the node acknowledges no probe.</summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(5);

    /// <summary>An unreachable node is tried for the first time. Each further trial waits twice as long, to <see cref="LongestNodeTrialInterval"/>.</summary>
    public static readonly TimeSpan FirstNodeTrialInterval = TimeSpan.FromSeconds(1);

    /// <summary>An unreachable node is tried at least this often.</summary>
    public static readonly TimeSpan LongestNodeTrialInterval = TimeSpan.FromSeconds(30);

    /// <summary>An upload fails after the node has closed its connection, unless a reply of the node has arrived by then.</summary>
    public static readonly TimeSpan EarlyReplyTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>The readiness probe reports that the cluster does not answer.</summary>
    public static readonly TimeSpan HealthCheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A mapping is read again.</summary>
    public static readonly TimeSpan MappingLifetime = TimeSpan.FromMinutes(1);

    /// <summary>The text of a clause without a vector is embedded again.</summary>
    public static readonly TimeSpan TextEmbeddingLifetime = TimeSpan.FromMinutes(1);

    /// <summary>A field whose vectors could not be read back in any way is tried again. Each try costs a search per way.</summary>
    public static readonly TimeSpan UnreadableFieldLifetime = TimeSpan.FromMinutes(1);

    // Judge

    /// <summary>
    /// A call to the judge fails. The deadline of a search is usually shorter; <c>eval</c> waits this long for slow servers, but not for dead ones.
    /// </summary>
    public static readonly TimeSpan JudgeCallTimeout = TimeSpan.FromMinutes(2);

    /// <summary>A connection to the judge is replaced once it is idle.</summary>
    public static readonly TimeSpan JudgeConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>One search tries the judge while its breaker is open: soon enough for a judge that restarts, too seldom to overload it.</summary>
    public static readonly TimeSpan JudgeBreakerInterval = TimeSpan.FromSeconds(2);

    /// <summary>The next warning that judge calls fail may be logged.</summary>
    public static readonly TimeSpan JudgeWarningInterval = TimeSpan.FromSeconds(10);

    // Redis

    /// <summary>The start goes on without Redis, which is connected in the background. A search does not wait past its deadline for it.</summary>
    public static readonly TimeSpan RedisConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>A command to Redis fails, as if nothing were stored.</summary>
    public static readonly TimeSpan RedisCommandTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A search goes on without the shared store of refined vectors: once when reading again, once when writing. Its deadline may have passed already, and the
    /// original request is sent at most 50 ms after it.
    /// </summary>
    public static readonly TimeSpan SharedStoreTimeout = TimeSpan.FromMilliseconds(20);

    /// <summary>A search, or the last bytes of an embeddings reply, go on without the shared vector memory.</summary>
    public static readonly TimeSpan SharedMemoryTimeout = TimeSpan.FromMilliseconds(50);

    /// <summary>The shared vector memory is used again after it failed.</summary>
    public static readonly TimeSpan SharedMemoryRetryInterval = TimeSpan.FromSeconds(5);

    // Demo and evaluation

    /// <summary>A search of the demo uses the judgments that have arrived: time for a small language model on a busy laptop to judge every hit.</summary>
    public static readonly TimeSpan DemoJudgeTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The demo ends without having deleted its index.</summary>
    public static readonly TimeSpan DemoCleanupTimeout = TimeSpan.FromSeconds(10);

    /// <summary>An evaluation looks again whether another process has embedded the same texts.</summary>
    public static readonly TimeSpan EmbeddingLockInterval = TimeSpan.FromSeconds(1);
}
