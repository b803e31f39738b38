using System.Text;
using System.Text.Json;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class BodyViewTests
{
    [Theory]
    [InlineData("""{"size" : 12 ,"query":{}}""", "12", "\"size\" : 12")]
    [InlineData("""{"size":[1, [2], {"size":3} ] }""", """[1, [2], {"size":3} ]""", """ "size":[1, [2], {"size":3} ] """)]
    [InlineData("""{"from":{"size":1},"size":"\u00e9\"}"}""", """ "\u00e9\"}" """, """ "size":"\u00e9\"}" """)]
    public void Value_and_member_know_their_bytes(string json, string value, string member)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        using BodyView view = new(body);
        Assert.Equal(value.Trim(), Encoding.UTF8.GetString(view.Root[BodyWord.Size].Json.Span));
        Assert.Equal(member.Trim(), Encoding.UTF8.GetString(view.Root.Member(BodyWord.Size).Json.Span));
        Assert.Equal(json, Encoding.UTF8.GetString(view.Root.Json.Span));
    }

    [Fact]
    public void Members_and_elements_come_in_their_order_and_scalars_in_arrays_are_skipped()
    {
        using BodyView view = new("""{"a":1,"query":[1,{"x":[{}]},"s",[2],null,{}],"\u0062":{"size":1}}"""u8.ToArray());
        List<string?> names = [];
        foreach (BodyMember member in view.Root.Members)
        {
            names.Add(member.Name);
        }

        List<string> elements = [];
        foreach (BodyNode element in view.Root[BodyWord.Query].Elements)
        {
            elements.Add(Encoding.UTF8.GetString(element.Json.Span));
        }

        Assert.Equal(["a", "query", "b"], names);
        Assert.Equal(["""{"x":[{}]}""", "[2]", "{}"], elements);
    }

    [Fact]
    public void Value_that_is_no_array_is_its_own_only_element_and_a_missing_one_has_none()
    {
        using BodyView view = new("""{"query":{"size":1}}"""u8.ToArray());
        int count = 0;
        foreach (BodyNode element in view.Root[BodyWord.Query].Elements)
        {
            Assert.Equal(1, element[BodyWord.Size].Integer);
            count++;
        }

        foreach (BodyNode _ in view.Root[BodyWord.Knn].Elements)
        {
            count++;
        }

        Assert.Equal(1, count);
    }

    [Fact]
    public void Missing_value_has_nothing()
    {
        using BodyView view = new("{}"u8.ToArray());
        BodyNode missing = view.Root[BodyWord.Query][BodyWord.Knn];
        Assert.True(missing.IsMissing && missing.FirstMember.IsMissing && missing.Json.IsMissing && missing.Text is null && missing.Integer is null);
        Assert.Equal(JsonTokenType.None, missing.Kind);
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("\"10\"", 10)]
    [InlineData("-0", 0)]
    [InlineData("10.0", null)]
    [InlineData("1e1", null)]
    [InlineData("99999999999", null)]
    [InlineData("\"-1\"", null)]
    [InlineData("null", null)]
    public void Integers_may_be_strings(string json, int? expected)
    {
        using BodyView view = new(Encoding.UTF8.GetBytes("{\"size\":" + json + "}"));
        Assert.Equal(expected, view.Root[BodyWord.Size].Integer);
    }

    [Fact]
    public void More_tokens_than_the_first_array_holds_are_indexed()
    {
        string members = string.Join(',', Enumerable.Range(0, 5_000).Select(static i => $"\"f{i}\":{{\"size\":{i}}}"));
        using BodyView view = new(Encoding.UTF8.GetBytes("{" + members + ",\"query\":{\"size\":7}}"));
        Assert.Equal(7, view.Root[BodyWord.Query][BodyWord.Size].Integer);
        int sum = 0;
        foreach (BodyMember member in view.Root.Members)
        {
            sum += member.Value[BodyWord.Size].Integer!.Value;
        }

        Assert.Equal((5_000 * 4_999 / 2) + 7, sum);
    }
}
