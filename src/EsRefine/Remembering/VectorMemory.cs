using EsRefine.Configuration;

namespace EsRefine.Remembering;

/// <summary>
/// Remembers the text of each vector that the models listener handed out, so that a search with only a vector can be judged. Vectors are matched by value: the
/// spelling of their numbers, their scale, and digits beyond the sixth do not matter.
/// </summary>
/// <param name="shared">Memory shared by all sidecars of one tenant. Null: this process has its own memory only.</param>
internal sealed class VectorMemory(VectorMemorySettings settings, TimeProvider timeProvider, SharedVectorMemory? shared = null)
{
    /// <summary>Longest text to remember, in characters. A longer one is a document to be indexed, not a query.</summary>
    public const int MaxTextLength = 16 * 1024;

    private readonly SketchTable _table = new(
        settings.Entries, settings.Mebibytes * 1024L * 1024, TimeSpan.FromMinutes(settings.Minutes), timeProvider);

    /// <summary>Number of texts remembered in this process.</summary>
    public int Count => _table.Count;

    /// <summary>Remembers vectors with their texts. Vectors without a direction, and blank or too long texts, are skipped. Never throws.</summary>
    public async ValueTask RememberAsync(IReadOnlyList<HandedOutVector> vectors)
    {
        List<(VectorSketch, string)>? toShare = shared is null ? null : [];
        foreach (HandedOutVector vector in vectors)
        {
            if (vector.Text.Length <= MaxTextLength && !string.IsNullOrWhiteSpace(vector.Text)
                && VectorSketch.TryOf(vector.Components.Span, out VectorSketch sketch))
            {
                _table.Remember(sketch, vector.Text);
                toShare?.Add((sketch, vector.Text));
            }
        }

        if (toShare is { Count: > 0 })
        {
            await shared!.RememberAsync(toShare);
        }
    }

    /// <summary>The text for which a query vector was handed out. Null if it never was, or the entry has expired. Never throws.</summary>
    public ValueTask<string?> FindAsync(ReadOnlySpan<float> queryVector) =>
        !VectorSketch.TryOf(queryVector, out VectorSketch sketch) ? new(result: null)
        : _table.Find(sketch) is { } text ? new(text)
        : shared is null ? new(result: null)
        : new(shared.FindAsync(sketch));
}

/// <summary>A text and its vector.</summary>
internal readonly record struct HandedOutVector(string Text, ReadOnlyMemory<float> Components);
