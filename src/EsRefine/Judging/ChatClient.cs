using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Judging;

/// <summary>
/// Speaks <c>POST {judge.url}/chat/completions</c>. Everything that can go wrong on the way becomes a <see cref="JudgeException"/> that names the setting
/// to look at and repeats nothing a server could have copied from the prompt.
/// </summary>
// A bare HttpMessageInvoker rather than an SDK: a call costs a quarter of the CPU.
internal sealed class ChatClient : IDisposable
{
    /// <summary>Two positions of 20 alternatives take about 5 KB; a reply far beyond is not of this API.</summary>
    public const int MaxReplyBytes = 1024 * 1024;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly Uri _endpoint;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _timeProvider;

    /// <exception cref="ConfigurationException">The URL or the API key cannot work.</exception>
    public ChatClient(JudgeSettings settings, TimeProvider timeProvider)
    {
        _endpoint = EndpointOf(settings.Url);
        _authorization = AuthorizationOf(settings.ApiKeyEnv);
        _timeProvider = timeProvider;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A redirect would carry key and documents to a place nobody configured.
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = Timeouts.JudgeConnectionLifetime,
        });
    }

    /// <summary>One call. A refusal is a reply too; <see cref="Refused"/> makes an exception of it.</summary>
    /// <exception cref="JudgeException">No reply, one cut short, one that is too large, or one of another shape.</exception>
    public async Task<ChatReply> CompleteAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(Timeouts.JudgeCallTimeout, _timeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, _endpoint)
            {
                // HTTP/2 where TLS offers it; cleartext stays HTTP/1.1.
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = JsonType } },
            };
            request.Headers.Authorization = _authorization;
            using HttpResponseMessage response = await _http.SendAsync(request, stop.Token);
            return await ReadAsync(response, stop.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failure($"no reply within {Timeouts.JudgeCallTimeout.TotalSeconds:0} s; if the server is only busy, lower judge.concurrency", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Failure(CauseOf(exception), exception);
        }
    }

    public JudgeException Failure(string cause, Exception? inner = null)
    {
        // Without user name, password and query string: some servers take their key there.
        string address = _endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        string message = $"judge at {address}: {cause}";
        return inner is null ? new JudgeException(message) : new JudgeException(message, inner);
    }

    public JudgeException Refused(ChatReply reply)
    {
        string status = $"HTTP {(int)reply.Status}" + (reply.Error is null ? "" : $" ({reply.Error})");
        return Failure((int)reply.Status switch
        {
            401 or 403 when _authorization is null => $"{status}; it requires an API key: name the environment variable that holds it in judge.apiKeyEnv",
            401 or 403 => $"{status}; it refuses the API key; check the environment variable that judge.apiKeyEnv names",
            404 => $"{status}; check judge.url (the part before /chat/completions) and judge.model",
            429 => $"{status}; lower judge.concurrency, or raise the quota of the server",
            >= 300 and < 400 => $"{status}; redirects are not followed: set judge.url to the final address",
            >= 500 => $"{status}; the server fails; see its own log",
            _ => $"{status}; it refuses the request: check judge.model and judge.topLogprobs",
        });
    }

    public void Dispose() => _http.Dispose();

    private async Task<ChatReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and int read)
            {
                length += read;
                if (length > MaxReplyBytes)
                {
                    throw Failure($"a reply of more than {MaxReplyBytes / 1024} KiB; is judge.url an OpenAI-compatible API?");
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return ChatReply.Read(response.StatusCode, buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string CauseOf(Exception exception) => exception switch
    {
        JsonException => "the reply is not a chat completion; check judge.url: it ends before /chat/completions, often in /v1",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "no such host; check judge.url",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "no secure connection; check judge.url and the server's certificate",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "cannot connect; check that the server runs and that judge.url is right",
        _ => "the connection broke before the reply was complete; see the server's own log",
    };

    private static Uri EndpointOf(Uri? url)
    {
        if (url is null)
        {
            throw new ConfigurationException("judge.url is missing: set the base URL of an OpenAI-compatible API, such as http://localhost:8085/v1");
        }

        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw new ConfigurationException("judge.url is not the URL of a server: set one with http:// or https://, such as http://localhost:8085/v1");
        }

        // A query string stays: Azure wants its api-version there.
        UriBuilder endpoint = new(url);
        endpoint.Path = endpoint.Path.TrimEnd('/') + "/chat/completions";
        return endpoint.Uri;
    }

    private static AuthenticationHeaderValue? AuthorizationOf(string? variable)
    {
        if (variable is null)
        {
            return null;
        }

        string key = Environment.GetEnvironmentVariable(variable)?.Trim() ?? "";
        return key.Length > 0 && key.All(static letter => char.IsBetween(letter, '!', '~'))
            ? new AuthenticationHeaderValue("Bearer", key)
            : throw new ConfigurationException(key.Length == 0
                ? $"judge.apiKeyEnv names the environment variable {variable}, which is not set: set it to the API key, or remove judge.apiKeyEnv"
                : $"the environment variable {variable} (judge.apiKeyEnv) does not hold an API key: it contains spaces or characters that are not ASCII");
    }
}
