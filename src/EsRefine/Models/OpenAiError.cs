using System.Text.Json;

namespace EsRefine.Models;

/// <summary>An error reply in OpenAI's format, which its clients turn into their exceptions.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">What is wrong and how to fix it. Does not repeat the texts of the request.</param>
/// <param name="Param">The invalid parameter.</param>
/// <param name="Code">OpenAI's code for the error, if it has one.</param>
internal sealed record OpenAiError(int Status, string Message, string? Param = null, string? Code = null)
{
    /// <summary>Writes the error as the response.</summary>
    public async Task AnswerAsync(HttpResponse response)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new { error = new { message = Message, type = "invalid_request_error", param = Param, code = Code } });
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(body, response.HttpContext.RequestAborted);
        }
    }
}
