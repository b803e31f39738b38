using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EsRefine.TestSupport.Engines;

/// <summary>
/// A real search engine for tests, found at first use, in this order: a URL from the environment; the engines of the shared material, started (and left
/// running for the next run); a container. If none is available, the calling test is skipped with the reason, or fails with
/// <c>ESREFINE_REQUIRE_ENGINES=1</c>.
/// Derived classes are meant as assembly fixtures: <c>[assembly: AssemblyFixture(typeof(ElasticsearchEngine))]</c>.
/// </summary>
public abstract class SearchEngine : IAsyncDisposable
{
    private readonly EngineSource _source;
    private readonly Lazy<Task<Found>> _found;

    private protected SearchEngine(EngineSource source)
    {
        _source = source;
        _found = new(FindAsync);
    }

    /// <summary>Returns the engine, or skips or fails the calling test. Starting one takes 10 to 40 seconds, once.</summary>
    public async Task<RunningEngine> UseAsync()
    {
        Found found = await _found.Value;
        if (found.Engine is null && Environment.GetEnvironmentVariable("ESREFINE_REQUIRE_ENGINES") == "1")
        {
            Assert.Fail(found.Reason);
        }

        Assert.SkipWhen(found.Engine is null, found.Reason);
        return found.Engine!;
    }

    /// <summary>Deletes what this run created and stops the container that was started for it.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // If the engine could not be found, its test has already failed.
        if (_found is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } && await _found.Value is { Engine: { } engine } found)
        {
            await engine.DeleteAllAsync();
            engine.Http.Dispose();
            await (found.Container?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task<Found> FindAsync()
    {
        if (Environment.GetEnvironmentVariable(_source.Variable) is { Length: > 0 } url)
        {
            return new(await ConnectAsync(new(url)), null, "");
        }

        if (SharedMaterial.Find("engines/engine") is { } script)
        {
            return new(await ConnectAsync(new(await SharedScript.LastLineAsync(script, ["up", .. _source.UpArguments]))), null, "");
        }

        if (await EngineContainer.TryStartAsync(_source) is { } container)
        {
            return new(await ConnectAsync(container.Url), container, "");
        }

        return new(null, null, $"no {_source.Name}: {_source.Variable} is not set, there is no container engine, and {SharedMaterial.Missing}");
    }

    private async Task<RunningEngine> ConnectAsync(Uri url)
    {
        HttpClient http = new(new SocketsHttpHandler { UseCookies = false })
        {
            BaseAddress = new(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)),
        };
        string credentials = url.UserInfo.Length > 0 ? Uri.UnescapeDataString(url.UserInfo) : _source.Credentials ?? "";
        if (credentials.Length > 0)
        {
            http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }

        // Fails now with a clear message rather than in the first test with an unexpected reply.
        using HttpResponseMessage reply = await http.GetAsync("/");
        Assert.True(reply.StatusCode == HttpStatusCode.OK, $"{_source.Name} at {http.BaseAddress} answers {(int)reply.StatusCode} to GET /");
        using JsonDocument about = JsonDocument.Parse(await reply.Content.ReadAsStreamAsync());
        string version = about.RootElement.GetProperty("version").GetProperty("number").GetString()!;
        return new(http.BaseAddress, http, version, http.DefaultRequestHeaders.Authorization);
    }

    private sealed record Found(RunningEngine? Engine, EngineContainer? Container, string Reason);
}

/// <summary>An engine that answers.</summary>
/// <param name="Url">Its address, without credentials.</param>
/// <param name="Http">A client that calls the engine directly, with credentials if security is on.</param>
/// <param name="Version">The version it reports, such as 9.4.3.</param>
/// <param name="Authorization">The credentials of <paramref name="Http"/>, for clients of the sidecar; null if security is off.</param>
public sealed record RunningEngine(Uri Url, HttpClient Http, string Version, AuthenticationHeaderValue? Authorization)
{
    private readonly ConcurrentBag<string> _patterns = [];
    private readonly ConcurrentBag<string> _others = [];
    private int _indices;

    /// <summary>Prefix of every index name of this run, so that concurrent runs do not collide.</summary>
    public string IndexPrefix { get; } = $"esrefine-test-{Guid.NewGuid():N}";

    /// <summary>A unique index name; the index is deleted at the end of the run.</summary>
    /// <param name="about">A word that describes the index, such as <c>utterances</c>.</param>
    public string NewIndexName(string about) => $"{IndexPrefix}-{about}-{Interlocked.Increment(ref _indices)}";

    /// <summary>Sends JSON and expects success.</summary>
    /// <exception cref="HttpRequestException">The engine refused; the message holds its answer.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json = null, string mediaType = "application/json")
    {
        using HttpRequestMessage request = new(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, mediaType);
        }

        using HttpResponseMessage reply = await Http.SendAsync(request);
        string body = await reply.Content.ReadAsStringAsync();
        return reply.IsSuccessStatusCode
            ? JsonDocument.Parse(body.Length == 0 ? "{}" : body).RootElement
            : throw new HttpRequestException($"{method} {path}: {(int)reply.StatusCode} {body}", null, reply.StatusCode);
    }

    /// <summary>Registers another resource to delete at the end of the run.</summary>
    /// <param name="path">The path for <c>DELETE</c>.</param>
    public void DeleteAtEnd(string path) => _others.Add(path);

    /// <summary>Registers indices to delete at the end of the run if they exist.</summary>
    /// <param name="pattern">With <c>*</c>, and narrow enough to match no index of another run.</param>
    public void DeleteIndicesAtEnd(string pattern) => _patterns.Add(pattern);

    /// <summary>The indices whose names match.</summary>
    /// <param name="pattern">With <c>*</c>, or none is an error.</param>
    public async Task<string[]> FindIndicesAsync(string pattern)
    {
        JsonElement indices = await SendAsync(HttpMethod.Get, $"/_cat/indices/{pattern}?format=json&h=index&expand_wildcards=all");
        return [.. indices.EnumerateArray().Select(static index => index.GetProperty("index").GetString()!)];
    }

    /// <summary>Deletes the indices of <see cref="NewIndexName"/> and everything registered for deletion.</summary>
    internal async Task DeleteAllAsync()
    {
        foreach (string pattern in (string[])[IndexPrefix + "*", .. _patterns])
        {
            foreach (string index in await FindIndicesAsync(pattern))
            {
                await SendAsync(HttpMethod.Delete, "/" + index);
            }
        }

        foreach (string path in _others)
        {
            await SendAsync(HttpMethod.Delete, path);
        }
    }
}
