namespace EsRefine.Terminal;

/// <summary>One line that counts up where somebody watches; elsewhere it is written once.</summary>
/// <param name="error">The error stream: results alone go to the output.</param>
/// <param name="what">What is being done.</param>
/// <param name="total">Things to do.</param>
internal sealed class ProgressLine(TextWriter error, string what, int total) : IProgress<int>
{
    private readonly bool _isWatched = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _done = -1;

    /// <summary>Told from any thread; an older count that comes late is not shown.</summary>
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
