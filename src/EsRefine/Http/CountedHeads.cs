using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EsRefine.Http;

/// <summary>
/// Counts the heads of one HTTP/1.1 connection against the memory budget: while they arrive and, as strings, until their request is answered. A connection
/// whose head finds no room is closed. Heads of up to <see cref="FreeBytes"/> are not counted: the number of connections bounds them, and they always pass.
/// </summary>
internal sealed class CountedHeads : ObservedReader
{
    /// <summary>Elasticsearch's and OpenSearch's default limit for a whole head.</summary>
    public const int FreeBytes = 16 * 1024;

    /// <summary>A request line and a header section of the largest size, in characters of two bytes.</summary>
    private const long MaxHeldBytes = 2 * 2 * TransparentHttp.MaxHeadBytes;

    private readonly MemoryBudget.Lease _held;
    private readonly ConnectionContext _connection;
    private ReadOnlySequence<byte> _buffered;
    private long _parsed;
    private bool _isHead = true;

    private CountedHeads(ConnectionContext connection, MemoryBudget.Lease held)
        : base(connection.Transport.Input) => (_connection, _held) = (connection, held);

    /// <summary>A part of the way of each connection.</summary>
    public static ConnectionDelegate Count(ConnectionDelegate next, MemoryBudget budget) => async connection =>
    {
        using MemoryBudget.Lease held = budget.Begin(MemoryUse.Heads);
        IDuplexPipe transport = connection.Transport;
        CountedHeads heads = new(connection, held);
        connection.Features.Set(heads);
        connection.Transport = new Duplex(heads, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    /// <summary>A head has ended and its request begins: from here on, what is buffered is the body's.</summary>
    public void End(IHeaderDictionary headers)
    {
        _isHead = false;
        if (_parsed > FreeBytes)
        {
            long characters = 0;
            foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
            {
                characters += name.Length + values.ToString().Length;
            }

            _held.TryHold(Math.Min(2 * characters, 2 * _parsed));   // never more than was held while it came
        }
    }

    /// <summary>The request has been answered.</summary>
    public void BeginNext()
    {
        _parsed = 0;
        _held.TryHold(0);
        _isHead = true;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        CountParsed(consumed);
        base.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        CountParsed(consumed);
        base.AdvanceTo(consumed, examined);
    }

    protected override ReadResult Observe(ReadResult read)
    {
        if (_isHead)
        {
            _buffered = read.Buffer;
            long held = _parsed + _buffered.Length;
            if (held > FreeBytes && !_held.TryHold(Math.Min(held + _parsed, MaxHeldBytes)))
            {
                _connection.Abort(new ConnectionAbortedException("the memory budget (maxBufferedMebibytes) has no room for the request's head"));
            }
        }

        return read;
    }

    private void CountParsed(SequencePosition consumed)
    {
        if (_isHead)
        {
            _parsed += _buffered.Slice(0, consumed).Length;
            _buffered = default;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
