using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Judging;

/// <summary>
/// Calls <c>POST {judge.url}/chat/completions</c>. Every failure becomes a <see cref="JudgeException"/> that names the setting
/// to check. Its message holds no text that a server could have copied from the prompt.
/// </summary>
// Uses HttpMessageInvoker rather than an SDK, because a call then takes a quarter of the CPU time.
internal sealed class ChatClient : IDisposable
{
    /// <summary>Two positions of 20 alternatives take about 5 KB. A much larger reply does not come from this API.</summary>
    public const int MaxReplyBytes = 1024 * 1024;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly Uri _endpoint;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _timeProvider;

    /// <exception cref="ConfigurationException">The URL or the API key is invalid.</exception>
    public ChatClient(JudgeSettings settings, TimeProvider timeProvider)
    {
        _endpoint = EndpointOf(settings.Url);
        _authorization = AuthorizationOf(settings.ApiKeyEnv);
        _timeProvider = timeProvider;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A redirect would send the key and the documents to a server that is not configured.
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = Timeouts.JudgeConnectionLifetime,
        });
    }

    /// <summary>Makes one call. A refusal is returned as a reply; <see cref="Refused"/> turns it into an exception.</summary>
    /// <exception cref="JudgeException">There is no reply, or it is truncated, too large, or not a chat completion.</exception>
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
            throw Failure($"no reply within {Timeouts.JudgeCallTimeout.TotalSeconds:0} s; if the server is overloaded, lower judge.concurrency", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Failure(CauseOf(exception), exception);
        }
    }

    public JudgeException Failure(string cause, Exception? inner = null)
    {
        // The user name, password and query string are left out, because they may hold a key.
        string address = _endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        string message = $"judge at {address}: {cause}";
        return inner is null ? new JudgeException(message) : new JudgeException(message, inner);
    }

    public JudgeException Refused(ChatReply reply)
    {
        string status = $"HTTP {(int)reply.Status}" + (reply.Error is null ? "" : $" ({reply.Error})");
        return Failure((int)reply.Status switch
        {
            401 or 403 when _authorization is null => $"{status}; the server requires an API key: name the variable that holds it in judge.apiKeyEnv",
            401 or 403 => $"{status}; the server rejects the API key: check the variable that judge.apiKeyEnv names",
            404 => $"{status}; check judge.url (the part before /chat/completions) and judge.model",
            429 => $"{status}; lower judge.concurrency, or raise the server's quota",
            >= 300 and < 400 => $"{status}; redirects are not followed: set judge.url to the final address",
            >= 500 => $"{status}; the server failed: see its log",
            _ => $"{status}; the server rejects the request: check judge.model and judge.topLogprobs",
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
                    throw Failure($"the reply has more than {MaxReplyBytes / 1024} KiB; check that judge.url is an OpenAI-compatible API");
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
        JsonException => "the reply is not a chat completion; check judge.url, the part of the URL before /chat/completions, which often ends in /v1",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the host name cannot be resolved; check judge.url",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "the TLS handshake failed; check judge.url and the server's certificate",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "cannot connect; check judge.url and that the server is running",
        _ => "the connection was closed before the reply was complete; see the server's log",
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

        // The query string is kept, because Azure expects its api-version there.
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
