using Spectre.Console;

namespace EsRefine.Evaluating;

/// <summary>Progress bars on the error stream, one for each long step; plain lines if it is not a terminal.</summary>
internal sealed class EvaluationProgress(ProgressContext context)
{
    /// <summary>Shows the steps of <paramref name="work"/> while it runs.</summary>
    public static Task<T> ShowAsync<T>(TextWriter error, Func<EvaluationProgress, Task<T>> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new EvaluationProgress(context)));
    }

    /// <summary>Begins a step.</summary>
    /// <param name="what">The step's name.</param>
    /// <param name="count">The number of items.</param>
    /// <returns>Receives the number of finished items.</returns>
    public IProgress<int> Start(string what, int count) => new Step(context.AddTask(Markup.Escape(what), maxValue: count));

    private sealed class Step(ProgressTask task) : IProgress<int>
    {
        private readonly Lock _lock = new();

        public void Report(int value)
        {
            lock (_lock)
            {
                task.Value = Math.Max(task.Value, value);   // reports of parallel work may arrive out of order
            }
        }
    }
}
