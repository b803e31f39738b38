using EsRefine.Configuration;

namespace EsRefine.Hosting;

/// <summary>The running process: its doors and their addresses. <c>run</c>, <c>demo</c> and tests start the same one.</summary>
internal sealed class Sidecar : IAsyncDisposable
{
    public Uri DataUrl => throw new NotSupportedException();

    public Uri GrpcUrl => throw new NotSupportedException();

    public Uri AdminUrl => throw new NotSupportedException();

    /// <summary>Opens the doors.</summary>
    /// <exception cref="ConfigurationException">The settings cannot work; the message names the fix.</exception>
    public static Task<Sidecar> StartAsync(EsRefineSettings settings, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
