using System.Text;
using CsCheck;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class BodyEditsTests
{
    [Fact]
    public void Edits_in_any_order_replace_their_ranges_and_nothing_else()
    {
        byte[] body = "0123456789"u8.ToArray();
        BodyEdit[] edits =
        [
            new(new(body, 6, 2), "XYZ"u8.ToArray()),
            new(new(body, 0, 1), default),
            new(new(body, 3, 0), "-"u8.ToArray()),
            new(new(body, 8, 2), "!"u8.ToArray()),
        ];

        Assert.Equal("12-345XYZ!", Encoding.ASCII.GetString(BodyEdits.Splice(body, edits)));
    }

    [Fact]
    public void No_edits_give_the_body_itself()
    {
        Assert.Equal("0123"u8, BodyEdits.Splice("0123"u8.ToArray(), []));
        Assert.Empty(BodyEdits.Splice(default, []));
    }

    [Theory]
    [InlineData(0, 3, 2, 1)]
    [InlineData(2, 1, 0, 3)]
    public void Overlaps_are_programmer_errors(int start, int length, int otherStart, int otherLength)
    {
        byte[] body = "0123456789"u8.ToArray();
        BodyEdit[] edits = [new(new(body, start, length), "x"u8.ToArray()), new(new(body, otherStart, otherLength), "y"u8.ToArray())];

        Assert.Throws<ArgumentException>(() => BodyEdits.Splice(body, edits));
    }

    [Fact]
    public void Edits_of_another_body_are_programmer_errors_even_where_its_bytes_are_the_same()
    {
        BodyEdit edit = new(new("0123456789"u8.ToArray(), 2, 3), "x"u8.ToArray());

        Assert.Throws<ArgumentException>(() => BodyEdits.Splice("0123456789"u8.ToArray(), [edit]));
    }

    [Fact]
    public void Splicing_agrees_with_inserting_one_by_one_from_the_end()
    {
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Byte.Array[0, 12]).Array[0, 5]).Sample(
            static (body, steps) =>
            {
                List<BodyEdit> edits = [];
                int position = 0;
                foreach ((int gap, int length, byte[] replacement) in steps)
                {
                    if (position + gap + length > body.Length)
                    {
                        break;
                    }

                    edits.Add(new(new BodySlice(body, position + gap, length), replacement));
                    position += gap + length;
                }

                List<byte> expected = [.. body];
                foreach (BodyEdit edit in Enumerable.Reverse(edits))
                {
                    expected.RemoveRange(edit.Original.Start, edit.Original.Length);
                    expected.InsertRange(edit.Original.Start, edit.Replacement.ToArray());
                }

                Assert.Equal(expected, BodyEdits.Splice(body, edits));
            },
            threads: 1);
    }
}
