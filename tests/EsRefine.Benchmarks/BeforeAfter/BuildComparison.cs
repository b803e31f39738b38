using System.Globalization;
using System.Net.Sockets;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>
/// <c>before-after [--launches N] [--rounds N] [--core N] BEFORE AFTER</c>: two builds of the sidecar in front of one fixed cluster get the same
/// requests, in turns. Prints a table of processor time and allocated bytes per request. Exit code: 1 if the later build costs more than
/// <see cref="Tolerance"/> allows, 2 if nothing could be compared.
/// </summary>
internal static class BuildComparison
{
    /// <summary>How much greater the median ratio of a row may be.</summary>
    private const double Tolerance = 1.05;

    /// <summary>Rounds before those that count, in which the runtime compiles what is called often.</summary>
    private const int WarmUpRounds = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        // The same build launched twice differs by some percent (where its code and data lie in memory), so it is launched more than once.
        int launches = int.Parse(Option(args, "--launches") ?? "2", CultureInfo.InvariantCulture);
        int rounds = int.Parse(Option(args, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        if (args is not [.., string before, string after]
            || !Array.TrueForAll([before, after], static build => File.Exists(Path.Combine(build, "esrefine.dll"))))
        {
            Console.Error.WriteLine("usage: before-after [--launches N] [--rounds N] [--core N] BEFORE AFTER, where each folder holds an esrefine.dll");
            return 2;
        }

        Plan plan = new(before, after, rounds, Option(args, "--core"));
        CannedCluster cluster = CannedCluster.Start();
        DirectoryInfo work = Directory.CreateTempSubdirectory("before-after");
        ScenarioComparison[] comparisons = [.. Scenario.All.Select(static scenario => new ScenarioComparison(scenario))];
        try
        {
            string[] configurations = WriteConfigurations(work.FullName, cluster);
            for (int launch = 1; launch <= launches; launch++)
            {
                Console.Error.WriteLine($"launch {launch} of {launches}, µs per request (before:after) in the order of the table:");
                await LaunchAsync(plan, configurations, comparisons, isBeforeFirst: launch % 2 == 1);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or SocketException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
        finally
        {
            work.Delete(recursive: true);
        }

        return ComparisonTable.Print(comparisons, Tolerance) ? 0 : 1;
    }

    private static async Task LaunchAsync(Plan plan, string[] configurations, ScenarioComparison[] comparisons, bool isBeforeFirst)
    {
        List<MeasuredSidecar> sidecars = [];
        try
        {
            foreach (string configuration in configurations)
            {
                sidecars.Add(await MeasuredSidecar.StartAsync(isBeforeFirst ? plan.Before : plan.After, configuration, plan.Core));
                sidecars.Add(await MeasuredSidecar.StartAsync(isBeforeFirst ? plan.After : plan.Before, configuration, plan.Core));
            }

            for (int round = -WarmUpRounds; round < plan.Rounds; round++)
            {
                Console.Error.Write(round < 0 ? "warm-up" : $"round {round + 1}");
                foreach (ScenarioComparison comparison in comparisons)
                {
                    int pair = comparison.Scenario.IsJudgedByChat ? 2 : 0;
                    MeasuredSidecar before = sidecars[isBeforeFirst ? pair : pair + 1];
                    MeasuredSidecar after = sidecars[isBeforeFirst ? pair + 1 : pair];
                    if (round < 0)
                    {
                        await comparison.WarmUpAsync(before, after, checks: round > -WarmUpRounds);
                    }
                    else
                    {
                        await comparison.PlayAsync(before, after);
                    }

                    (double medianBefore, double medianAfter) = comparison.LastMicroseconds;
                    Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"  {medianBefore:0.0}:{medianAfter:0.0}"));
                }

                Console.Error.WriteLine();
            }
        }
        finally
        {
            sidecars.ForEach(static sidecar => sidecar.Dispose());
        }
    }

    /// <summary>The first reads labels, which costs the sidecar almost nothing; the second asks a chat model.</summary>
    private static string[] WriteConfigurations(string folder, CannedCluster cluster)
    {
        (string queries, string qrels) = Scenario.Labels();

        // A deadline that no search reaches: on a busy machine the default would end searches before they are refined.
        string common = $"upstream: {{ urls: [{cluster.Url}] }}\ndeadlineMs: 30000\n";
        return
        [
            Write("labels.yaml", $"{common}judge: {{ kind: qrels, file: {Write("qrels.tsv", qrels)}, queries: {Write("queries.jsonl", queries)} }}\n"),
            Write("chat.yaml", $"{common}judge: {{ kind: chat, url: {cluster.Url}/v1, model: m }}\n"),
        ];

        string Write(string name, string text)
        {
            string path = Path.Combine(folder, name);
            File.WriteAllText(path, text);
            return path;
        }
    }

    private static string? Option(string[] args, string name) => args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault();

    /// <summary>Folders of the two builds, the rounds of each launch, and the core of the sidecars.</summary>
    private sealed record Plan(string Before, string After, int Rounds, string? Core);
}
