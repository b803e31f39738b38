using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using EsRefine.Refinement;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Vectors;

public sealed class VectorTextTests
{
    [Theory]
    [InlineData("[0.1,-2,3e-2]", new[] { 0.1f, -2f, 0.03f })]
    [InlineData("[ 1 ,\t1.0,\r\n-0.0 , 1E2]", new[] { 1f, 1f, -0f, 100f })]
    [InlineData("[1e-7,1e-07,\"0.5\",\"-1e+2\"]", new[] { 1e-7f, 1e-7f, 0.5f, -100f })]
    [InlineData("[0.9966162533834023,0.9966162443161011]", new[] { 0.99661624f, 0.99661624f })]
    [InlineData("[1e-999,0.000000000000000000000000000000000000000000000000001]", new[] { 0f, 0f })]
    [InlineData("[16777217,340282346638528859811704183484516925440]", new[] { 16777216f, float.MaxValue })]
    public void Arrays_are_read_as_float32(string json, float[] expected)
    {
        Assert.Equal(expected, Read(json, VectorSpelling.Array, Field(VectorElementType.Float, expected.Length)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[1")]
    [InlineData("1]")]
    [InlineData("[[1]]")]
    [InlineData("[null]")]
    [InlineData("[true]")]
    [InlineData("[NaN]")]
    [InlineData("[\"NaN\"]")]
    [InlineData("[Infinity]")]
    [InlineData("[1e999]")]
    [InlineData("[-1e39]")]
    [InlineData("[01]")]
    [InlineData("[-01]")]
    [InlineData("[+1]")]
    [InlineData("[.5]")]
    [InlineData("[5.]")]
    [InlineData("[5.e1]")]
    [InlineData("[1e]")]
    [InlineData("[1e+]")]
    [InlineData("[-]")]
    [InlineData("[0x1]")]
    [InlineData("[1,000]x")]
    [InlineData("[\"\"]")]
    [InlineData("[\" 1\"]")]
    [InlineData("[\"1,2\"]")]
    [InlineData("[\"1\"2]")]
    [InlineData("{\"a\":1}")]
    public void Whatever_is_no_array_of_finite_numbers_is_refused(string json)
    {
        Assert.Null(Read(json, VectorSpelling.Array, Field(VectorElementType.Float, 1)));
    }

    [Fact]
    public void Array_is_read_if_and_only_if_it_is_strict_JSON()
    {
        Gen.Char["0123456789+-.eE, \"[]"].Array[0, 12].Select(static characters => "[" + new string(characters) + "]").Sample(
            static json =>
            {
                if (Read(json, VectorSpelling.Array, Field(VectorElementType.Float, 1)) is { } vector)
                {
                    var parsed = JsonNode.Parse(json)!.AsArray();
                    Assert.Equal(parsed.Select(static number => float.Parse(number!.ToString(), CultureInfo.InvariantCulture)), vector);
                }
                else if (IsNumbersOnly(json, out float[] numbers))
                {
                    Assert.Fail($"{json} is [{string.Join(' ', numbers)}]");
                }
            },
            iter: 20_000, threads: 1);
    }

    [Fact]
    public void Every_float32_written_is_read_back_bit_for_bit()
    {
        Gen.Int.Select(BitConverter.Int32BitsToSingle).Where(float.IsFinite).Array[1, 40].Sample(
            static vector =>
            {
                VectorType field = Field(VectorElementType.Float, vector.Length);
                byte[] json = VectorText.Write(vector, "[1]"u8, VectorSpelling.Array, field);

                Assert.DoesNotContain((byte)'E', json);
                Assert.True(VectorText.TryRead(json, VectorSpelling.Array, field, out float[] array));
                Assert.Equal(Bits(vector), Bits(array));

                byte[] original = Encoding.ASCII.GetBytes($"\"{Convert.ToBase64String(new byte[4 * vector.Length])}\"");
                json = VectorText.Write(vector, original, VectorSpelling.String, field);
                Assert.True(VectorText.TryRead(json, VectorSpelling.String, field, out array));
                Assert.Equal(Bits(vector), Bits(array));
                Assert.Equal(original.Length, json.Length);
            },
            iter: 500, threads: 1);
    }

    [Fact]
    public void Lone_number_is_a_vector_of_one_dimension()
    {
        VectorType field = Field(VectorElementType.Float, 1);

        Assert.Equal([0.5f], Read("0.5", VectorSpelling.Number, field)!);
        Assert.Equal("0.25"u8, VectorText.Write([0.25f], "0.5"u8, VectorSpelling.Number, field));
        Assert.Equal("[0.25,1]"u8, VectorText.Write([0.25f, 1], "0.5"u8, VectorSpelling.Number, field));
    }

    [Theory]
    [InlineData("P38iPr0oVe+8qFXvPKhV7718gOY8qFXvAAAAAAAAAAA=", 8, 0.99661624f)]   // elasticsearch-py 9's pack_dense_vector
    [InlineData("PwAAAMEgAABAwAAA", 3, 0.5f)]
    [InlineData("PwAAAMEgAABAwAAA\\u002b", 3, null)]
    [InlineData("PwAAAA==", 1, 0.5f)]
    [InlineData("PwAAAA", 1, 0.5f)]         // unpadded: taken by Elasticsearch 9.4.3
    [InlineData("PwAAA", 1, null)]
    [InlineData("PwAAAA==", 2, null)]
    [InlineData("Pw AAAA==", 1, null)]
    [InlineData("f4AAAA==", 1, null)]       // infinity
    [InlineData("f8AAAA==", 1, null)]       // NaN
    [InlineData("v4AAAA==", 1, -1f)]
    [InlineData("-_8AAA==", 1, null)]       // URL-safe alphabet: refused there too
    [InlineData("P4\\/\\/\\/w==", 1, 1.1249999f)]   // PHP escapes slashes
    [InlineData("\\ud800", 1, null)]
    [InlineData("", 1, null)]
    [InlineData("7f000000", 4, 127f)]       // hex on floats: bytes
    [InlineData("7F0000fe", 4, 127f)]
    public void Strings_of_float_fields_are_big_endian_Base64_or_hex(string text, int dimensions, float? first)
    {
        float[]? vector = Read($"\"{text}\"", VectorSpelling.String, Field(VectorElementType.Float, dimensions));

        Assert.Equal(first, vector?[0]);
        Assert.Equal(first is null ? null : dimensions, vector?.Length);
    }

    [Fact]
    public void Field_decides_between_hex_and_Base64()
    {
        // Eight characters: four bytes of hex or six of Base64.
        Assert.Equal([-2, -1, -4, 0x59], Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Byte, 4))!);
        Assert.Equal([125, -25, -33, 125, -50, 125], Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Byte, 6))!);
        Assert.Equal(4, Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Bit, 32))!.Length);
        Assert.Equal(6, Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Bit, 48))!.Length);
        Assert.Equal(3, Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.BFloat16, 3))!.Length);
        Assert.Null(Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Byte, 5)));
        Assert.Null(Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Byte, null)));
        Assert.Null(Read("\"fefffc59\"", VectorSpelling.String, Field(VectorElementType.Byte, 4) with { Dialect = EngineDialect.OpenSearch }));
    }

    [Fact]
    public void Bfloat16_takes_two_or_four_bytes_and_keeps_the_width_it_came_in()
    {
        VectorType field = Field(VectorElementType.BFloat16, 2);

        Assert.Equal([1f, -0.5f], Read("\"P4C/AA==\"", VectorSpelling.String, field)!);
        Assert.Equal([1f, -0.5f], Read("\"P4AAAL8AAAA=\"", VectorSpelling.String, field)!);
        Assert.Equal("\"P4C/AA==\""u8, VectorText.Write([1.0019531f, -0.5f], "\"AAAAAA==\""u8, VectorSpelling.String, field));   // a tie: to even
        Assert.Equal("\"P4G/AA==\""u8, VectorText.Write([1.005f, -0.5f], "\"AAAAAA==\""u8, VectorSpelling.String, field));
        Assert.Equal("\"P4AAAL8AAAA=\""u8, VectorText.Write([1f, -0.5f], "\"AAAAAAAAAAA=\""u8, VectorSpelling.String, field));
    }

    [Fact]
    public void Bytes_are_integers_that_fit_and_are_written_rounded()
    {
        VectorType field = Field(VectorElementType.Byte, 3);

        Assert.Equal([127, -128, 0], Read("[127,-128.0,0]", VectorSpelling.Array, field)!);
        Assert.Null(Read("[128,0,0]", VectorSpelling.Array, field));
        Assert.Null(Read("[0.5,0,0]", VectorSpelling.Array, field));
        Assert.Equal("[127,-128,2]"u8, VectorText.Write([300, -128.4f, 1.6f], "[1,2,3]"u8, VectorSpelling.Array, field));
        Assert.Equal("\"7f8002\""u8, VectorText.Write([300, -128.4f, 1.6f], "\"010203\""u8, VectorSpelling.String, field));
        Assert.Equal("\"f4AC\""u8, VectorText.Write([300, -128.4f, 1.6f], "\"AQID\""u8, VectorSpelling.String, field));
    }

    [Fact]
    public void Base64_of_bfloat16_that_would_miss_unit_length_becomes_an_array()
    {
        VectorType field = Field(VectorElementType.BFloat16, 2) with { Similarity = VectorSimilarity.DotProduct };

        Assert.Equal(
            "\"PwAAAA==\""u8, VectorText.Write([0.5f, 0], "\"P4AAAA==\""u8, VectorSpelling.String, field with { Similarity = VectorSimilarity.L2Norm }));
        Assert.Equal("[0.28,0.96]"u8, VectorText.Write([0.28f, 0.96f], "\"P4AAAA==\""u8, VectorSpelling.String, field));
        Assert.Equal("\"AAA/gA==\""u8, VectorText.Write([0, 1], "\"P4AAAA==\""u8, VectorSpelling.String, field));
    }

    [Fact]
    public void Hex_on_a_float_field_becomes_an_array_for_it_can_spell_no_fractions()
    {
        Assert.Equal("[0.5,-1e-07]"u8, VectorText.Write([0.5f, -1e-7f], "\"7f00\""u8, VectorSpelling.String, Field(VectorElementType.Float, 2)));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_never_written()
    {
        VectorType field = Field(VectorElementType.Float, 1);

        Assert.Throws<ArgumentException>(() => VectorText.Write([float.NaN], "[1]"u8, VectorSpelling.Array, field));
        Assert.Throws<ArgumentException>(() => VectorText.Write([float.NegativeInfinity], "\"PwAAAA==\""u8, VectorSpelling.String, field));
    }

    private static VectorType Field(VectorElementType type, int? dimensions) => new(EngineDialect.Elasticsearch, type, dimensions);

    private static float[]? Read(string json, VectorSpelling spelling, VectorType field) =>
        VectorText.TryRead(Encoding.UTF8.GetBytes(json), spelling, field, out float[] vector) ? vector : null;

    private static int[] Bits(float[] vector) => [.. vector.Select(BitConverter.SingleToInt32Bits)];

    private static bool IsNumbersOnly(string json, out float[] numbers)
    {
        numbers = [];
        try
        {
            var array = JsonNode.Parse(json)!.AsArray();
            if (array.Count == 0 || array.Any(static item => item?.GetValueKind() != JsonValueKind.Number))
            {
                return false;
            }

            numbers = [.. array.Select(static number => float.Parse(number!.ToString(), CultureInfo.InvariantCulture))];
            return numbers.All(float.IsFinite);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
