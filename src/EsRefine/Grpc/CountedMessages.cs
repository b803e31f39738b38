using System.IO.Pipelines;
using EsRefine.Http;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace EsRefine.Grpc;

/// <summary>
/// Counts the request messages of one gRPC call against the memory budget, while they arrive and until the call ends, and ends a call whose message has begun
/// and does not end.
/// </summary>
internal sealed class CountedMessages : ObservedReader, IRequestBodyPipeFeature, IDisposable
{
    /// <summary>A message is held as bytes, as numbers and as the search that is written from it.</summary>
    private const int CopiesOfMessage = 4;

    private readonly MemoryBudget.Lease _held;
    private readonly Timer _timer;
    private SequencePosition _start;
    private long _most;
    private bool _isTimed;

    /// <param name="body">The body of the call.</param>
    /// <param name="budget">Counts.</param>
    public CountedMessages(PipeReader body, MemoryBudget budget)
        : base(body)
    {
        _held = budget.Begin(MemoryUse.Messages);
        _timer = new Timer(static body => ((PipeReader)body!).CancelPendingRead(), body, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public PipeReader Reader => this;

    public override void AdvanceTo(SequencePosition consumed)
    {
        StopTimer(consumed);
        base.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        StopTimer(consumed);
        base.AdvanceTo(consumed, examined);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _held.Dispose();
    }

    protected override ReadResult Observe(ReadResult read)
    {
        if (read.IsCanceled && _isTimed)
        {
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded, $"the request message has not arrived within {Timeouts.MessageTimeout.TotalSeconds} s"));
        }

        long buffered = read.Buffer.Length;
        _start = read.Buffer.Start;
        if (buffered > 0 && !_isTimed)
        {
            _isTimed = true;
            _timer.Change(Timeouts.MessageTimeout, Timeout.InfiniteTimeSpan);
        }

        if (buffered > _most)
        {
            _most = buffered;
            if (!_held.TryHold(CopiesOfMessage * buffered))
            {
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "the memory budget (maxBufferedMebibytes) has no room for the message"));
            }
        }

        return read;
    }

    /// <summary>A message has been taken.</summary>
    private void StopTimer(SequencePosition consumed)
    {
        if (_isTimed && !consumed.Equals(_start))
        {
            _isTimed = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>A part of the way of each call.</summary>
internal static class CountedMessagesMiddleware
{
    /// <summary>Metadata of a call in characters: several times what gRPC's own clients accept (8 KiB).</summary>
    private const int MaxMetadata = 64 * 1024;

    /// <summary>Counts what calls hold.</summary>
    public static IApplicationBuilder UseCountedMessages(this IApplicationBuilder app)
    {
        MemoryBudget budget = app.ApplicationServices.GetRequiredService<MemoryBudget>();
        return app.Use(next => async context =>
        {
            if (context.Request.Headers.Sum(static header => header.Key.Length + header.Value.Sum(static value => value?.Length ?? 0)) > MaxMetadata)
            {
                context.Response.StatusCode = StatusCodes.Status431RequestHeaderFieldsTooLarge;
                return;
            }

            using CountedMessages messages = new(context.Request.BodyReader, budget);
            context.Features.Set<IRequestBodyPipeFeature>(messages);
            await next(context);
        });
    }
}
