using Xunit;

namespace EsRefine.TestSupport.Engines;

/// <summary>
/// A real OpenAI-compatible server with a tiny model that says yes or no: a base URL in <c>ESREFINE_TEST_LLM</c> (without <c>/v1</c>), or the shared
/// material's, started at first use and left running. If there is none, the calling test is skipped, or fails with <c>ESREFINE_REQUIRE_ENGINES=1</c>.
/// Meant as an assembly fixture.
/// </summary>
public sealed class LlmServer
{
    private readonly Lazy<Task<Uri?>> _apiUrl = new(FindAsync);

    /// <summary>Returns the base URL of the API (<c>…/v1</c>), or skips or fails the calling test.</summary>
    public async Task<Uri> UseAsync()
    {
        Uri? url = await _apiUrl.Value;
        if (url is null && Environment.GetEnvironmentVariable("ESREFINE_REQUIRE_ENGINES") == "1")
        {
            Assert.Fail(SharedMaterial.Missing);
        }

        Assert.SkipWhen(url is null, "no language model: ESREFINE_TEST_LLM is not set, and " + SharedMaterial.Missing);
        return url!;
    }

    private static async Task<Uri?> FindAsync()
    {
        string? url = Environment.GetEnvironmentVariable("ESREFINE_TEST_LLM") is { Length: > 0 } named ? named
            : SharedMaterial.Find("llm/serve") is { } script ? await SharedScript.LastLineAsync(script, ["up"])
            : null;
        return url is null ? null : new Uri(url.TrimEnd('/') + "/v1");
    }
}
