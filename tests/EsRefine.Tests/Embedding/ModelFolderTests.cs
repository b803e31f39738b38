using System.Text.RegularExpressions;
using EsRefine.Configuration;
using EsRefine.Embedding;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace EsRefine.Tests.Embedding;

public sealed class ModelFolderTests
{
    private const string Model = "esrefine-mini-en-256";

    [Theory]
    [InlineData("sentence_bert_config.json", """{"max_seq_length": 99}""", 99)]
    [InlineData("sentence_bert_config.json", """{"max_seq_length": null}""", 100)]                     // then the tokenizer's
    [InlineData("sentence_bert_config.json", """{"max_seq_length": 100000}""", 512)]                   // no further than the position table
    public void Longest_text_is_found_in_the_order_of_sentence_transformers(string file, string text, int expected)
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));
        copy.Write("tokenizer_config.json", """{"do_lower_case": true, "model_max_length": 100}""").Write(file, text);

        Assert.Equal(expected, ModelFolder.Open(new ModelSettings { Folder = copy.Folder }).Encoder.MaxTokens);
    }

    [Fact]
    public void Endless_model_max_length_leaves_it_to_the_position_table()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));
        copy.Remove("sentence_bert_config.json")
            .Write("tokenizer_config.json", """{"do_lower_case": true, "model_max_length": 1000000000000000019884624838656}""");

        Assert.Equal(512, ModelFolder.Open(new ModelSettings { Folder = copy.Folder }).Encoder.MaxTokens);
    }

    [Fact]
    public void Folder_without_modules_is_a_plain_transformer_pooled_by_the_mean()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));

        ModelFolder folder = ModelFolder.Open(new ModelSettings { Folder = copy.Remove("modules.json").Remove("1_Pooling").Folder });

        Assert.Equal((PoolingMode.Mean, false), (folder.Pooling, folder.Normalizes));
    }

    [Theory]
    [InlineData("modules.json", "[{", @"modules\.json, line 1: not valid JSON")]
    [InlineData("modules.json", """{"a": 1}""", @"modules\.json: .* must be a list")]
    [InlineData("modules.json", """[{"type": "x.Transformer"}, {"path": "2_Dense", "type": "x.Dense"}]""", @"a x\.Dense module is not supported yet")]
    [InlineData("1_Pooling/config.json", "[]", @"1_Pooling/config\.json: .* must be")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode": "attention"}""", @"1_Pooling/config\.json: the pooling mode ""attention"" is not supported yet")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}""", "several pooling modes at once")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_cls_token": "yes"}""", @"""pooling_mode_cls_token"" must be true or false")]
    [InlineData("sentence_bert_config.json", """{"max_seq_length": "long"}""", @"sentence_bert_config\.json: ""max_seq_length"" must be a positive number")]
    [InlineData("sentence_bert_config.json", """{"max_seq_length": 2}""", "no room for text; see max_seq_length")]
    [InlineData("config_sentence_transformers.json", """{"prompts": {"query": 1}}""", @"config_sentence_transformers\.json: ""query"" must be a string")]
    [InlineData("config_sentence_transformers.json", """{"prompts": {}, "default_prompt_name": "s"}""", @"""default_prompt_name"" must be one of the")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": false}""", "lower-casing before a cased tokenizer")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE"}}""", @"tokenizer\.json: BPE tokenizers are not supported yet; use a WordPiece model")]
    [InlineData("tokenizer.json", """{"model": {"type": "Unigram"}}""", @"tokenizer\.json: Unigram tokenizers are not supported yet")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordPiece"}, "pre_tokenizer": {"type": "Digits"}}""", "pre_tokenizer Digits is not supported yet")]
    [InlineData("vocab.txt", "only\nwords\n", @"vocab\.txt lacks the special token \[CLS\]")]
    public void Broken_folder_is_refused_with_the_file_and_the_reason(string file, string text, string message)
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));
        copy.Write("sentence_bert_config.json", """{"max_seq_length": 256, "do_lower_case": true}""").Write(file, text);

        AssertRefused(new ModelSettings { Folder = copy.Folder }, message);
    }

    [Theory]
    [InlineData("vocab.txt", "has neither tokenizer.json nor vocab.txt")]
    [InlineData("1_Pooling/config.json", @"1_Pooling/config\.json is missing, though modules\.json names it")]
    [InlineData("onnx", @"has no model\.onnx; it has no \.onnx file at all")]
    public void Folder_that_lacks_a_file_is_refused_with_its_name(string file, string message)
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));

        AssertRefused(new ModelSettings { Folder = copy.Remove(file).Folder }, message);
    }

    [Fact]
    public void Missing_folder_or_file_is_named()
    {
        string folder = EmbeddingModels.SharedFolder(Model);

        AssertRefused(new ModelSettings { Folder = "/no/such/folder" }, "the model folder /no/such/folder does not exist");
        AssertRefused(
            new ModelSettings { Folder = folder, File = "onnx/model_fp16.onnx" },
            @"no file onnx/model_fp16\.onnx; it has onnx/model\.onnx, onnx/model_quantized\.onnx");
        AssertRefused(new ModelSettings { Folder = folder, Device = "tpu" }, "the model's device is \"tpu\"; expected auto, cpu or cuda");
    }

    [Fact]
    public void Truncated_or_foreign_onnx_file_is_refused()
    {
        string folder = EmbeddingModels.SharedFolder(Model);
        byte[] model = File.ReadAllBytes(Path.Combine(folder, "onnx/model.onnx"));
        using ModelFolderCopy copy = new(folder);
        foreach (byte[] bytes in (byte[][])[model[..(model.Length / 2)], [], "<html>not found</html>"u8.ToArray()])
        {
            copy.WriteBytes("onnx/model.onnx", bytes);

            AssertRefused(new ModelSettings { Folder = copy.Folder }, @"onnx/model\.onnx is not an ONNX model that runs here");
        }
    }

    [Fact]
    public void Vocabulary_of_another_model_is_refused_when_its_ids_are_out_of_range()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder(Model));   // 24,000 rows; "probe" gets an id beyond them
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, 30_000).Select(i => $"w{i}"), "probe"];
        copy.Write("vocab.txt", string.Join('\n', vocabulary));

        AssertRefused(new ModelSettings { Folder = copy.Folder }, "check that the ONNX file and the tokenizer belong to the same model");
    }

    [Fact]
    public void Cuda_that_cannot_be_had_is_refused_with_the_way_out_when_demanded_and_logged_when_not()
    {
        string? obstacle = CudaRuntime.FindObstacle();
        Assert.SkipWhen(obstacle is null, "this machine has CUDA");
        TestContext.Current.TestOutputHelper?.WriteLine(obstacle);
        string folder = EmbeddingModels.SharedFolder(Model);
        FakeLogger logger = new();

        AssertRefused(new ModelSettings { Folder = folder, Device = "cuda" }, Regex.Escape(obstacle) + "; or set the model's device to cpu or auto");
        using OnnxEmbeddingGenerator generator = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = folder, Device = "auto" }, logger);

        Assert.Equal(256, generator.Dimensions);
        Assert.Contains(logger.Collector.GetSnapshot(), record => record.Message.Contains(obstacle, StringComparison.Ordinal));
    }

    [Fact]
    public void Complaint_of_ONNX_Runtime_about_CUDA_becomes_one_line()
    {
        Assert.SkipWhen(CudaRuntime.FindObstacle() is null, "this machine has CUDA");
        string model = Path.Combine(EmbeddingModels.SharedFolder(Model), "onnx/model.onnx");

        Exception? exception = Record.Exception(() =>
        {
            using SessionOptions options = CudaRuntime.Options();
            new InferenceSession(model, options).Dispose();
        });

        Assert.NotNull(exception);
        Assert.True(CudaRuntime.IsComplaint(exception), exception.ToString());
        string message = CudaRuntime.Explain(exception);
        TestContext.Current.TestOutputHelper?.WriteLine(message);
        Assert.DoesNotContain('\n', message);
        Assert.Contains("ONNX Runtime cannot use the GPU (", message, StringComparison.Ordinal);
    }

    private static void AssertRefused(ModelSettings settings, string message) =>
        Assert.Matches(message, Assert.Throws<ConfigurationException>(() => OnnxEmbeddingGenerator.Load(settings)).Message);
}
