using System.Text;

namespace EsRefine.Demo;

/// <summary>The rules of Elasticsearch and OpenSearch for index names.</summary>
internal static class IndexName
{
    private const string Forbidden = "\\/*?\"<>| ,#:";

    /// <summary>Bytes of UTF-8.</summary>
    private const int MaxBytes = 255;

    /// <summary>The error of a name; null if the name is valid.</summary>
    public static string? FaultOf(string name) => name switch
    {
        "" => "must not be empty",
        "." or ".." => "must be more than dots",
        ['-' or '_' or '+', ..] => "must not begin with '-', '_' or '+'",
        _ when name.IndexOfAny([.. Forbidden]) is >= 0 and int at => $"must not hold {(name[at] == ' ' ? "a space" : $"'{name[at]}'")}",
        _ when name.Any(char.IsControl) => "must not hold control characters",
        _ when name.Any(char.IsUpper) => "must be in lower case",
        _ when Encoding.UTF8.GetByteCount(name) > MaxBytes => $"must not be longer than {MaxBytes} bytes",
        _ => null,
    };
}
