using EsRefine.Embedding;
using Xunit;

namespace EsRefine.Tests.Embedding;

public sealed class TokenizationTests
{
    private const int MaxTokens = 256;

    [Fact]
    public void Ids_equal_those_of_Hugging_Face_when_special_tokens_are_recognized()
    {
        WordPieceEncoder encoder = new(WordPieceDefinition.Read(EmbeddingModels.SharedFolder("all-minilm-l6-v2-int8")), MaxTokens);

        Assert.All(GoldenTexts.OfInt8(), text => Assert.Equal(text.Ids, encoder.Encode(text.Text, recognizeSpecialTokens: true)));
    }

    [Fact]
    public void Ids_equal_those_of_Hugging_Face_when_special_tokens_are_plain_text()
    {
        WordPieceEncoder encoder = new(WordPieceDefinition.Read(EmbeddingModels.SharedFolder("all-minilm-l6-v2-int8")), MaxTokens);

        Assert.All(GoldenTexts.OfInt8(), text => Assert.Equal(text.IdsAsText, encoder.Encode(text.Text)));
    }

    [Fact]
    public void Vocabulary_file_alone_gives_the_same_ids_as_tokenizer_json()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder("all-minilm-l6-v2-int8"));
        WordPieceEncoder encoder = new(WordPieceDefinition.Read(copy.Remove("tokenizer.json").Folder), MaxTokens);

        Assert.EndsWith("vocab.txt", encoder.Definition.Source, StringComparison.Ordinal);
        Assert.All(GoldenTexts.OfInt8(), text => Assert.Equal(text.Ids, encoder.Encode(text.Text, recognizeSpecialTokens: true)));
    }

    [Fact]
    public void Tokenizer_json_alone_is_enough()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder("all-minilm-l6-v2-int8"));
        copy.Remove("vocab.txt").Remove("tokenizer_config.json").Remove("special_tokens_map.json");
        WordPieceEncoder encoder = new(WordPieceDefinition.Read(copy.Folder), MaxTokens);

        Assert.All(GoldenTexts.OfInt8(), text => Assert.Equal(text.IdsAsText, encoder.Encode(text.Text)));
    }

    [Fact]
    public void Tokenizer_json_s_own_truncation_and_padding_are_ignored()
    {
        WordPieceEncoder encoder = new(WordPieceDefinition.Read(EmbeddingModels.SharedFolder("all-minilm-l6-v2-int8")), MaxTokens);   // says 128 and 128

        Assert.Equal(3, encoder.Encode("word").Length);
        Assert.Equal(MaxTokens, encoder.Encode(string.Join(' ', Enumerable.Repeat("word", 1000))).Length);
    }

    [Theory]
    [InlineData("A\u00c9\u0130", false, true, "a\u00e9i\u0307")]       // İ lowers to two characters
    [InlineData("A\u00c9", true, false, "AE")]
    [InlineData("\u00c9\ud800!", true, true, "e!")]                     // a lone surrogate vanishes
    [InlineData("\u00c9\uFFFE", true, true, "e\uFFFF")]                 // a noncharacter is an unknown letter, not a crash
    public void Normalization_follows_its_switches(string text, bool stripAccents, bool lowercase, string expected)
    {
        BertTextNormalizer normalizer = new(cleanText: true, separateIdeographs: true, stripAccents, lowercase);

        Assert.Equal(expected, normalizer.Normalize(text));
    }
}
