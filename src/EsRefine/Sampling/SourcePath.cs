using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>Fields of <c>_source</c> by their full names, whether their parents are objects or their names hold dots.</summary>
internal static class SourcePath
{
    /// <summary>The value of a field; null where there is none outside of lists.</summary>
    public static JsonElement? Find(JsonElement element, ReadOnlySpan<char> field)
    {
        while (!field.IsEmpty)
        {
            if (!TryStep(ref element, ref field))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>All strings of a field, those of lists included, in their order.</summary>
    public static void CollectStrings(JsonElement element, ReadOnlySpan<char> field, List<string> strings)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                CollectStrings(item, field, strings);
            }
        }
        else if (!field.IsEmpty)
        {
            if (TryStep(ref element, ref field))
            {
                CollectStrings(element, field, strings);
            }
        }
        else if (element.ValueKind == JsonValueKind.String && Read(element) is { Length: > 0 } text)
        {
            strings.Add(text);
        }
        else if (element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty("inference", out _) && element.TryGetProperty("text", out JsonElement original))
        {
            CollectStrings(original, field, strings);   // semantic_text as Elasticsearch kept it before 8.18
        }
    }

    /// <summary>The string, or its JSON where it is not valid text: engines store lone surrogates, and one such document must not cost the sample.</summary>
    private static string Read(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return text.GetRawText().Trim('"');
        }
    }

    /// <summary>Steps to the member with the longest name that the field begins with.</summary>
    private static bool TryStep(ref JsonElement element, ref ReadOnlySpan<char> field)
    {
        for (int end = field.Length; element.ValueKind == JsonValueKind.Object && end > 0; end = field[..end].LastIndexOf('.'))
        {
            if (element.TryGetProperty(field[..end], out JsonElement child))
            {
                element = child;
                field = end == field.Length ? [] : field[(end + 1)..];
                return true;
            }
        }

        return false;
    }
}
