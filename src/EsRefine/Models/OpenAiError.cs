using System.Text.Json;

namespace EsRefine.Models;

/// <summary>A refusal in OpenAI's shape, which its clients turn into exceptions of their own.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">What is wrong, and what to do; repeats no text of the request.</param>
/// <param name="Param">The parameter at fault.</param>
/// <param name="Code">OpenAI's name of the fault, where it has one.</param>
internal sealed record OpenAiError(int Status, string Message, string? Param = null, string? Code = null)
{
    /// <summary>Answers with it.</summary>
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
