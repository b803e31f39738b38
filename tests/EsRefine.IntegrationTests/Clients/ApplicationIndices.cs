using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>
/// The indices of the recorded applications. Their names are fixed (<c>notes-…</c>) and their files are read-only, so runs on the same engines take turns.
/// Disposal deletes the indices that the applications created.
/// </summary>
internal sealed class ApplicationIndices : IAsyncDisposable
{
    private const string Names = "notes-*";

    private readonly List<(RunningEngine Engine, EngineLease Lease, string[] Before)> _reserved = [];

    private ApplicationIndices()
    {
    }

    /// <summary>Waits until no other run uses the indices.</summary>
    /// <param name="engines">The engines, in the same order for every caller; otherwise two runs could deadlock.</param>
    public static async Task<ApplicationIndices> ReserveAsync(IEnumerable<RunningEngine> engines)
    {
        ApplicationIndices indices = new();
        foreach (RunningEngine engine in engines)
        {
            EngineLease lease = await EngineLease.AcquireAsync(engine, "recorded-applications", TestContext.Current.CancellationToken);
            indices._reserved.Add((engine, lease, await engine.FindIndicesAsync(Names)));
        }

        return indices;
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((RunningEngine engine, EngineLease lease, string[] before) in _reserved)
        {
            foreach (string index in (await engine.FindIndicesAsync(Names)).Except(before))
            {
                await engine.SendAsync(HttpMethod.Delete, "/" + index);
            }

            await lease.DisposeAsync();
        }
    }
}
