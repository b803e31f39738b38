namespace EsRefine.EmbeddedIndex.Store;

/// <summary>The values of one number or date field.</summary>
internal sealed class NumberColumn
{
    private readonly List<(int Ordinal, double Value)> _values = [];

    public IEnumerable<int> Documents => _values.Select(static entry => entry.Ordinal);

    public void Add(int ordinal, double value) => _values.Add((ordinal, value));

    /// <summary>Gives the score to every document with a value in the closed interval.</summary>
    public void Match(double from, double to, float score, Span<float> scores)
    {
        foreach ((int ordinal, double value) in _values)
        {
            if (value >= from && value <= to)
            {
                scores[ordinal] = score;
            }
        }
    }

    /// <inheritdoc cref="TermColumn.Renumber"/>
    public NumberColumn Renumber(int[] newOrdinals)
    {
        NumberColumn column = new();
        column._values.AddRange(
            _values.Where(entry => newOrdinals[entry.Ordinal] >= 0).Select(entry => (newOrdinals[entry.Ordinal], entry.Value)));
        return column;
    }
}
