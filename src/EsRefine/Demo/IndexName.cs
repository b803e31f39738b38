using System.Text;

namespace EsRefine.Demo;

/// <summary>What Elasticsearch and OpenSearch take as the name of an index.</summary>
internal static class IndexName
{
    private const string Forbidden = "\\/*?\"<>| ,#:";

    /// <summary>Bytes of UTF-8.</summary>
    private const int MaxBytes = 255;

    /// <summary>What is wrong with a name; null where nothing is.</summary>
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
