using System.Text;
using EsRefine.Refinement;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Upstream;

public class MappingReaderTests
{
    [Theory]
    [InlineData("""{"type":"dense_vector","dims":3}""", "Cosine", "float")]
    [InlineData("""{"type":"dense_vector","dims":3,"similarity":"dot_product"}""", "DotProduct", "float")]
    [InlineData("""{"type":"dense_vector","dims":3,"similarity":"l2_norm","element_type":"byte"}""", "L2Norm", "byte")]
    [InlineData("""{"type":"dense_vector","dims":3,"similarity":"max_inner_product","element_type":"bfloat16"}""", "MaxInnerProduct", "bfloat16")]
    [InlineData("""{"type":"dense_vector","dims":24,"element_type":"bit"}""", null, "bit")]
    [InlineData("""{"type":"knn_vector","dimension":3}""", "L2Norm", "float")]
    [InlineData("""{"type":"knn_vector","dimension":3,"space_type":"innerproduct"}""", "MaxInnerProduct", "float")]
    [InlineData("""{"type":"knn_vector","dimension":3,"method":{"name":"hnsw","engine":"lucene","space_type":"cosinesimil"}}""", "Cosine", "float")]
    [InlineData("""{"type":"knn_vector","dimension":3,"method":{"name":"hnsw","space_type":"linf"}}""", null, "float")]
    [InlineData("""{"type":"knn_vector","dimension":24,"data_type":"binary"}""", null, "bit")]
    [InlineData("""{"type":"knn_vector","dimension":3,"data_type":"BYTE"}""", "L2Norm", "byte")]   // as OpenSearch returns it
    [InlineData("""{"type":"knn_vector","model_id":"m"}""", null, "float")]
    public void A_vector_field_is_read_with_its_similarity_and_element_type(string definition, string? similarity, string elementType)
    {
        FieldMapping mapping = Read("""{"i":{"mappings":{"properties":{"v":DEFINITION}}}}""".Replace("DEFINITION", definition, StringComparison.Ordinal), "v", out _)!;

        Assert.Equal(similarity, mapping.Similarity?.ToString());
        Assert.Equal(elementType, mapping.ElementType.ToString());
        Assert.Equal(definition.Contains("dense_vector") ? EngineDialect.Elasticsearch : EngineDialect.OpenSearch, mapping.Dialect);
    }

    [Fact]
    public void A_field_below_objects_and_nested_parents_is_found_with_its_nested_path()
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"a":{"properties":{"p":{"type":"nested","properties":{"v":{"type":"dense_vector","dims":2},"t":{"type":"text"}}}}},"title":{"type":"text"}}}}}
            """;

        FieldMapping mapping = Read(Mapping, "a.p.v", out _)!;

        Assert.Equal("a.p", mapping.NestedPath);
        Assert.Equal(["a.p.t"], mapping.TextFields);
    }

    [Fact]
    public void Passages_without_a_text_field_are_judged_by_the_text_of_the_hit()
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"p":{"type":"nested","properties":{"v":{"type":"dense_vector","dims":2}}},"pages":{"type":"text"}}}}}
            """;

        Assert.Equal(["pages"], Read(Mapping, "p.v", out _)!.TextFields);
    }

    [Fact]
    public void A_field_with_dots_in_its_name_is_found()
    {
        Assert.NotNull(Read("""{"i":{"mappings":{"subobjects":false,"properties":{"a.b.v":{"type":"dense_vector","dims":2}}}}}""", "a.b.v", out _));
    }

    [Fact]
    public void An_alias_field_leads_to_the_vector_it_names()
    {
        FieldMapping mapping = Read("""{"i":{"mappings":{"properties":{"alias":{"type":"alias","path":"v"},"v":{"type":"dense_vector","dims":2}}}}}""", "alias", out _)!;

        Assert.Equal("v", mapping.Field);
    }

    [Theory]
    [InlineData("p.v")]
    [InlineData("also")]
    public void All_names_of_a_field_are_distinguished_from_those_of_other_vectors(string field)
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"also":{"type":"alias","path":"p.v"},"p":{"properties":{"v":{"type":"dense_vector","dims":2},"x":{"type":"alias","path":"p.v"},"t":{"type":"text"}}},
              "w":{"type":"dense_vector","dims":2},"y":{"type":"alias","path":"w"}}}},
             "j":{"mappings":{"properties":{"p":{"properties":{"v":{"type":"dense_vector","dims":2},"x":{"type":"dense_vector","dims":2}}},"also":{"type":"alias","path":"p.v"}}}}}
            """;

        FieldMapping mapping = Read(Mapping, field, out _)!;

        Assert.Equal("p.v", mapping.Field);
        Assert.Equal([true, true, false, false], new[] { "p.v", "also", "w", "y" }.Select(mapping.IsCalled));
        Assert.Null(mapping.IsCalled("p.x"));   // this field in one index, another field in the other
        Assert.Null(mapping.IsCalled("unmapped"));
    }

    [Theory]
    [InlineData("st")]
    [InlineData("st.inference.chunks.embeddings")]
    public void Chunks_are_found_by_the_name_of_their_text_and_by_their_own(string name)
    {
        const string Definition = """{"type":"semantic_text","model_settings":{"task_type":"text_embedding","dimensions":3}}""";
        FieldMapping mapping = Read(InOneIndex("""{"st":#,"body":{"type":"text","fields":{"st":#}}}""".Replace("#", Definition, StringComparison.Ordinal)), "st", out _)!;

        Assert.True(mapping.IsCalled(name));
        Assert.False(mapping.IsCalled("body." + name));
    }

    [Fact]
    public void A_field_that_was_renamed_from_one_index_to_the_next_is_one_field()
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"old":{"type":"dense_vector","dims":2}}}},
             "j":{"mappings":{"properties":{"old":{"type":"alias","path":"new"},"new":{"type":"dense_vector","dims":2}}}}}
            """;

        FieldMapping mapping = Read(Mapping, "old", out _)!;

        Assert.Equal(["old", "new"], mapping.Names.Order().Reverse());
        Assert.Empty(mapping.NamesOfOthers);
    }

    [Theory]
    [InlineData("i", "j")]
    [InlineData("j", "i")]
    public void An_alias_of_a_field_whose_name_means_another_in_a_second_index_gives_no_mapping(string first, string second)
    {
        const string Mapping = """
            {"#":{"mappings":{"properties":{"a":{"type":"alias","path":"v"},"v":{"type":"dense_vector","dims":2},"w":{"type":"dense_vector","dims":2}}}},
             "@":{"mappings":{"properties":{"a":{"type":"alias","path":"w"},"v":{"type":"dense_vector","dims":2},"w":{"type":"dense_vector","dims":2}}}}}
            """;

        Assert.Null(Read(Mapping.Replace("#", first, StringComparison.Ordinal).Replace("@", second, StringComparison.Ordinal), "a", out string? reason));
        Assert.Contains($"'{second}' disagrees", reason);
    }

    [Theory]
    [InlineData("""{"st":#}""", "st")]
    [InlineData("""{"page":{"properties":{"st":#}}}""", "page.st")]
    [InlineData("""{"body":{"type":"text","fields":{"st":#}}}""", "body.st")]
    public void A_semantic_text_leads_to_the_vectors_of_its_chunks(string properties, string field)
    {
        const string Definition = """
            {"type":"semantic_text","inference_id":"e","model_settings":{"service":"s","task_type":"text_embedding","dimensions":3,"similarity":"dot_product","element_type":"byte"}}
            """;

        FieldMapping mapping = Read(InOneIndex(properties.Replace("#", Definition, StringComparison.Ordinal)), field, out _)!;

        Assert.Equal((field, field + ".inference.chunks", field + ".inference.chunks.embeddings"), (mapping.SemanticField, mapping.NestedPath, mapping.Field));
        Assert.Equal((3, VectorSimilarity.DotProduct, VectorElementType.Byte), (mapping.Dimensions, mapping.Similarity, mapping.ElementType));
        Assert.Equal([field], mapping.TextFields);
        Assert.Null(mapping.PathOfClauses);
    }

    [Theory]
    [InlineData("""{"st":{"type":"semantic_text","inference_id":"e"}}""", "st")]   // no document yet
    [InlineData("""{"st":{"type":"semantic_text","model_settings":{"task_type":"sparse_embedding"}}}""", "st")]
    [InlineData("""{"st":{"type":"semantic_text","model_settings":{"task_type":"text_embedding","dimensions":3}},"alias":{"type":"alias","path":"st"}}""", "alias")]
    public void A_semantic_text_that_no_kNN_query_can_search_gives_no_mapping(string properties, string field)
    {
        Assert.Null(Read(InOneIndex(properties), field, out string? reason));
        Assert.Contains("semantic_text with dense vectors", reason);
    }

    [Fact]
    public void Aliases_of_each_other_give_no_mapping()
    {
        Assert.Null(Read("""{"i":{"mappings":{"properties":{"a":{"type":"alias","path":"b"},"b":{"type":"alias","path":"a"}}}}}""", "a", out string? reason));
        Assert.Contains("'a' is not mapped", reason);
    }

    [Fact]
    public void Indices_that_disagree_about_the_field_give_no_mapping_and_the_reason()
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2}}}},"j":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":3}}}}}
            """;

        Assert.Null(Read(Mapping, "v", out string? reason));
        Assert.Contains("'j' disagrees", reason);
    }

    [Fact]
    public void Indices_without_the_field_do_not_matter()
    {
        const string Mapping = """
            {"i":{"mappings":{"properties":{"t":{"type":"text"}}}},"j":{"mappings":{}},"k":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":3},"u":{"type":"text"}}}}}
            """;

        Assert.Equal(["u"], Read(Mapping, "v", out _)!.TextFields);
    }

    private static string InOneIndex(string properties) => $$$"""{"i":{"mappings":{"properties":{{{properties}}} } } }""";

    private static FieldMapping? Read(string json, string field, out string? reason) => MappingReader.Read(Encoding.UTF8.GetBytes(json), field, out reason);
}
