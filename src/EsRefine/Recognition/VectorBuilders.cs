namespace EsRefine.Recognition;

/// <summary>Reads Elasticsearch's <c>query_vector_builder</c>, which stands for a vector.</summary>
internal static class VectorBuilders
{
    /// <summary>
    /// The text of <c>text_embedding</c> or <c>embedding</c>, if any, and the source of the vector; no source for builders that are not known (images).
    /// </summary>
    /// <param name="builder">The member, whose place the vector can take.</param>
    public static (string? Text, VectorSource? Source) Read(BodyMember builder)
    {
        if (builder.IsMissing)
        {
            return default;
        }

        VectorPlace place = new(builder.Json, "\"query_vector\":");
        string? text = null;
        VectorSource? source = null;
        foreach (BodyMember kind in builder.Value.Members)
        {
            switch (kind.Word)
            {
                case BodyWord.TextEmbedding:
                    (text, source) = ReadEmbedding(kind.Value, TextForm.TextEmbedding, BodyWord.ModelId, BodyWord.ModelText, place);
                    break;
                case BodyWord.Embedding:
                    (text, source) = ReadEmbedding(kind.Value, TextForm.Embedding, BodyWord.InferenceId, BodyWord.Input, place);
                    break;
                case BodyWord.Lookup:
                    source = ReadLookup(kind.Value, place);
                    break;
                default:
                    break;
            }
        }

        return (text, source);
    }

    /// <summary><c>{"model_id":"m","model_text":"…"}</c>, or <c>{"inference_id":"e","input":"…","timeout":"10s"}</c>.</summary>
    private static (string? Text, TextToEmbed? Source) ReadEmbedding(BodyNode options, TextForm form, BodyWord modelWord, BodyWord textWord, VectorPlace place)
    {
        string? text = null, modelId = null;
        bool isKnown = true;
        foreach (BodyMember member in options.Members)
        {
            if (member.Word == textWord)
            {
                text = ReadInput(member.Value);
            }
            else if (member.Word == modelWord)
            {
                modelId = member.Value.Text;
                isKnown &= modelId is not null;
            }
            else
            {
                isKnown &= member.Word == BodyWord.Timeout && form == TextForm.Embedding;
            }
        }

        return (text, isKnown && !string.IsNullOrWhiteSpace(text) ? new(form, modelId, text, place) : null);
    }

    /// <summary>A text, also as <c>{"type":"text","format":"text","value":"…"}</c>; null for images and for several of either.</summary>
    private static string? ReadInput(BodyNode input)
    {
        if (!input.IsObject)
        {
            return input.Text;
        }

        string? type = null, format = "text", value = null;
        bool isKnown = true;
        foreach (BodyMember member in input.Members)
        {
            switch (member.Word)
            {
                case BodyWord.Type:
                    type = member.Value.Text;
                    break;
                case BodyWord.Format:
                    format = member.Value.Text;
                    break;
                case BodyWord.Value:
                    value = member.Value.Text;
                    break;
                default:
                    isKnown = false;
                    break;
            }
        }

        return isKnown && type == "text" && format == "text" ? value : null;
    }

    /// <summary><c>{"index":"i","id":"42","path":"vec","routing":"r"}</c>.</summary>
    private static VectorLookup? ReadLookup(BodyNode options, VectorPlace place) =>
        options[BodyWord.Index].Text is { } index && options[BodyWord.Id].Text is { } id && options[BodyWord.Path].Text is { } path
            ? new(index, id, path, options[BodyWord.Routing].Text, place)
            : null;
}
