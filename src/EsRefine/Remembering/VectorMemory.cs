using EsRefine.Configuration;

namespace EsRefine.Remembering;

/// <summary>
/// Remembers which text each vector that the models listener handed out stands for, so that a search that brings nothing but the vector can be judged. Vectors
/// are known by value: by no spelling of their numbers, no scale, and no digit beyond the sixth.
/// </summary>
/// <param name="shared">The memory of all sidecars of one tenant; null: this process remembers for itself.</param>
internal sealed class VectorMemory(VectorMemorySettings settings, TimeProvider timeProvider, SharedVectorMemory? shared = null)
{
    /// <summary>Longest text remembered, in characters: a longer one is a document on its way into the index, not a question.</summary>
    public const int MaxTextLength = 16 * 1024;

    private readonly SketchTable _table = new(
        settings.Entries, settings.Mebibytes * 1024L * 1024, TimeSpan.FromMinutes(settings.Minutes), timeProvider);

    /// <summary>Texts remembered in this process.</summary>
    public int Count => _table.Count;

    /// <summary>Remembers vectors handed out, in any order; those that have no direction or no text are left out. Throws nothing.</summary>
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

    /// <summary>The text a query vector was handed out for; null where it never was, or too long ago. Throws nothing.</summary>
    public ValueTask<string?> FindAsync(ReadOnlySpan<float> queryVector) =>
        !VectorSketch.TryOf(queryVector, out VectorSketch sketch) ? new(result: null)
        : _table.Find(sketch) is { } text ? new(text)
        : shared is null ? new(result: null)
        : new(shared.FindAsync(sketch));
}

/// <summary>A vector and the text it was made of.</summary>
internal readonly record struct HandedOutVector(string Text, ReadOnlyMemory<float> Components);
