using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EsRefine.TestSupport;

/// <summary>Replies of a <see cref="ScriptedChatServer"/>: model outputs and failures.</summary>
public static class ChatScripts
{
    /// <summary>One generated position with these alternatives and probabilities. Returns as many as the call requests, likeliest first.</summary>
    public static ChatScript Says(params (string Token, double Probability)[] alternatives) => SaysInTurn(alternatives);

    /// <summary>Several generated positions.</summary>
    public static ChatScript SaysInTurn(params (string Token, double Probability)[][] positions) => (context, call) =>
    {
        int asked = call.Has("top_logprobs") ? call.Body.GetProperty("top_logprobs").GetInt32() : 0;
        JsonArray content = [];
        StringBuilder text = new();
        foreach ((string Token, double Probability)[] position in positions)
        {
            (string Token, double Probability)[] likeliest = [.. position.OrderByDescending(static alternative => alternative.Probability)];
            JsonObject token = Alternative(likeliest[0]);
            token["top_logprobs"] = new JsonArray([.. likeliest.Take(asked).Select(Alternative)]);
            content.Add(token);
            text.Append(likeliest[0].Token);
        }

        return Json(200, Completion(text.ToString(), asked > 0 ? new JsonObject { ["content"] = content } : null))(context, call);
    };

    /// <summary>Text without log-probabilities, even if they are requested.</summary>
    public static ChatScript SaysInWords(string text) => Json(200, Completion(text, logprobs: null));

    /// <summary>An error in OpenAI's format. Its message repeats the prompt, as real servers may do.</summary>
    public static ChatScript Error(int status, string code) => (context, call) => Json(status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["message"] = "refused: " + call?.Prompt,
            ["type"] = "invalid_request_error",
            ["param"] = null,
            ["code"] = code,
        },
    })(context, call!);

    /// <summary>An arbitrary body.</summary>
    public static ChatScript Raw(int status, string contentType, string body) => async (context, _) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body, context.RequestAborted);
    };

    public static ChatScript Json(int status, JsonNode body) => Raw(status, "application/json; charset=utf-8", body.ToJsonString());

    /// <summary>Hangs without sending a byte.</summary>
    public static Task HangBeforeHeaders(HttpContext context, ChatCall call) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    /// <summary>Headers and half a body, then silence.</summary>
    public static async Task HangInBody(HttpContext context, ChatCall call)
    {
        await WriteHalfAsync(context);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>Headers and half a body, then the connection is reset.</summary>
    public static async Task ResetInBody(HttpContext context, ChatCall call)
    {
        await WriteHalfAsync(context);
        context.Abort();
    }

    /// <summary>The connection is reset at once.</summary>
    public static Task Reset(HttpContext context, ChatCall call)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>A chat completion with one choice.</summary>
    public static JsonObject Completion(string? text, JsonNode? logprobs, string finishReason = "stop") => new()
    {
        ["id"] = "chatcmpl-scripted",
        ["object"] = "chat.completion",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["finish_reason"] = finishReason,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["logprobs"] = logprobs,
        }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 70, ["completion_tokens"] = 1, ["total_tokens"] = 71 },
    };

    private static JsonObject Alternative((string Token, double Probability) alternative) => new()
    {
        ["token"] = alternative.Token,
        ["bytes"] = null,
        ["logprob"] = Math.Log(alternative.Probability),
    };

    private static async Task WriteHalfAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{\"choices\":[{\"finish_reason\":\"stop\",", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
