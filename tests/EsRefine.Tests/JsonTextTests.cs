using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace EsRefine.Tests;

public sealed class JsonTextTests
{
    private static readonly string[] Pieces = ["a", "\u00e9", "\\n", "\\\\", "\\u0041", "\\ud83d", "\\uDEA2", "\\udbff", "\\uE000", "u"];

    [Fact]
    public void Text_is_valid_if_and_only_if_the_framework_can_fetch_it()
    {
        Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]).Array[0, 6].Select(string.Concat).Sample(
            static raw => Assert.Equal(CanBeFetched(Encoding.UTF8.GetBytes($"\"{raw}\"")), JsonText.IsValid(Encoding.UTF8.GetBytes(raw))),
            iter: 3_000, threads: 1);
        Assert.False(JsonText.IsValid([0x61, 0xFF]));
    }

    private static bool CanBeFetched(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            return reader.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
