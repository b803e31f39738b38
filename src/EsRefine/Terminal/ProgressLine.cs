namespace EsRefine.Terminal;

/// <summary>A progress line that is updated in place on a terminal, and written once if the error stream is redirected.</summary>
/// <param name="error">The error stream, because the output is for results.</param>
/// <param name="what">The work in progress.</param>
/// <param name="total">Number of items.</param>
internal sealed class ProgressLine(TextWriter error, string what, int total) : IProgress<int>
{
    private readonly bool _isWatched = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _done = -1;

    /// <summary>Updates the count. Thread-safe; a count lower than the last one is ignored.</summary>
    public void Report(int value)
    {
        lock (_lock)
        {
            if (value <= _done)
            {
                return;
            }

            if (_isWatched)
            {
                error.Write($"\r{what}: {value} of {total}{(value == total ? Environment.NewLine : "")}");
            }
            else if (_done < 0)
            {
                error.WriteLine($"{what}: {total}");
            }

            _done = value;
        }
    }
}
