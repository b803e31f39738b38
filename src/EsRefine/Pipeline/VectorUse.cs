namespace EsRefine.Pipeline;

/// <summary>Where the vector for one page of a search comes from.</summary>
internal enum VectorUse
{
    /// <summary>Learned for this search alone: nothing is remembered before or after.</summary>
    Learn,

    /// <summary>Remembered, or else learned, and the search waits for it.</summary>
    RecallOrLearn,

    /// <summary>Remembered, or what the first page is learning at this moment; else the page is sent unrefined.</summary>
    RecallOrWait,

    /// <summary>Remembered, or else learned behind the reply, for the next search.</summary>
    RecallOrLearnAhead,

    /// <summary>Remembered; else the page is sent unrefined.</summary>
    Recall,
}

/// <summary>The decision, as a table.</summary>
internal static class VectorUses
{
    /// <summary>How one page of a search gets its vector. A later page never learns its own: pages must not tear.</summary>
    /// <param name="mode">The target's.</param>
    /// <param name="isFirstPage">Whether the search begins a sequence of pages.</param>
    /// <param name="isFresh">Whether the caller wants to see the judgments.</param>
    /// <param name="remembers">Whether there is a cache.</param>
    public static VectorUse Of(RefinementMode mode, bool isFirstPage, bool isFresh, bool remembers) => (mode, isFirstPage) switch
    {
        _ when isFresh || !remembers => VectorUse.Learn,
        (RefinementMode.Shadow, _) => VectorUse.Learn,
        (RefinementMode.Learn, true) => VectorUse.RecallOrLearnAhead,
        (RefinementMode.Learn, false) => VectorUse.Recall,
        (_, true) => VectorUse.RecallOrLearn,
        (_, false) => VectorUse.RecallOrWait,
    };
}
