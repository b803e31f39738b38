using System.Net.Sockets;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Endpoints;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.Terminal;
using Microsoft.AspNetCore.Connections;

namespace EsRefine.Demo;

/// <summary>
/// Sends the same kNN searches, byte for byte, to a cluster and to the sidecar in front of it, over HTTP. Shows one comparison and scores all of them.
/// </summary>
/// <param name="options">What to show.</param>
/// <param name="output">Receives the report.</param>
/// <param name="error">Receives progress and errors.</param>
/// <param name="reword">Replaces the configuration keys in a message with the names of the command's options.</param>
internal sealed class Demonstration(DemoOptions options, TextWriter output, TextWriter error, Func<string, string> reword)
{
    /// <returns>Whether any search was refined.</returns>
    /// <exception cref="ConfigurationException">An option is invalid.</exception>
    /// <exception cref="HttpRequestException">The cluster is unreachable, or rejects a request.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using DemoSet set = DemoSet.Unpack();
        BeirQuery shown = DemoQuestion.Find(options.Query, set.Questions, anyText: options.LanguageModel is not null);
        await using DemoIndex index = await DemoIndex.OpenAsync(options, cancellationToken);
        BeirQuery[] questions = shown.Id.Length > 0 ? [.. set.Questions] : [.. set.Questions, shown];
        (string model, float[][] pages, float[][] vectors) = await EmbedAsync(set, questions, cancellationToken);
        await index.LoadAsync(set.Pages, pages, cancellationToken);
        await using Sidecar sidecar = await StartSidecarAsync(set, index, cancellationToken);

        byte[][] bodies = Array.ConvertAll(vectors, vector => KnnBody.Write(index.Dialect, vector, set.Pages.Count));
        List<QuestionResult> results = await AskAsync(set, index, sidecar, questions, bodies, cancellationToken);
        DemoFigures figures = DemoFigures.Of([.. results.Where(static result => result.Judgments is not null)]);
        DemoScene scene = new(options, set, index, model, pages[0].Length, sidecar.DataUrl);
        int at = Array.IndexOf(questions, shown);
        Explanation explanation = await Explanation.OfAsync(sidecar.Services.GetRequiredService<RefinedRequest>(), index, bodies[at], shown, cancellationToken);
        if (explanation.Summary is { Detail: { } detail } summary)
        {
            explanation = explanation with { Summary = summary with { Detail = reword(detail) } };
        }

        if (options.Json)
        {
            DemoJson.Write(output, scene, results[at], figures);
        }
        else
        {
            DemoReport report = new(output, scene);
            report.Write(results[at], explanation, figures);
            if (!options.Ends)
            {
                string file = Path.Combine(set.Folder, "search.json");
                await File.WriteAllBytesAsync(file, KnnBody.Write(index.Dialect, vectors[at], size: 5), cancellationToken);
                report.WriteInvitation(file, shown);
                await StayAsync(cancellationToken);
            }
        }

        if (figures.Refined == 0)
        {
            string reason = explanation.Summary.Detail ?? "the outcomes say why";
            await error.WriteLineAsync($"esrefine: no search was refined ({figures.Outcomes[0].Key}): {reason}");
        }

        return figures.Refined > 0;
    }

    private async Task<(string Model, float[][] Pages, float[][] Questions)> EmbedAsync(DemoSet set, BeirQuery[] questions, CancellationToken cancellationToken)
    {
        string folder = options.ModelFolder ?? await MiniLmModel.EnsureAsync(error.WriteLine, cancellationToken);
        using OnnxEmbeddingGenerator generator = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = folder });
        string model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        ProgressLine progress = new(error, $"Embedding pages with {model}", set.Pages.Count);
        float[][] pages = await generator.EmbedAsync(
            [.. set.Pages.Select(static page => page.FullText)], EmbeddingPurpose.Document, progress, cancellationToken);
        float[][] vectors = await generator.EmbedAsync(
            [.. questions.Select(static question => question.Text)], EmbeddingPurpose.Query, cancellationToken: cancellationToken);
        return (model, pages, vectors);
    }

    /// <summary>Asks the questions one after another, each first of the cluster alone and then through the sidecar.</summary>
    private async Task<List<QuestionResult>> AskAsync(
        DemoSet set, DemoIndex index, Sidecar sidecar, BeirQuery[] questions, byte[][] bodies, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(error, "Asking every question twice", questions.Length);
        List<QuestionResult> results = [];
        for (int i = 0; i < questions.Length; i++)
        {
            DemoReply before = await index.SearchAsync(index.Url, bodies[i], queryText: null, cancellationToken);
            DemoReply after = await index.SearchAsync(sidecar.DataUrl, bodies[i], questions[i].Text, cancellationToken);
            _ = set.Qrels.TryGetTopic(questions[i].Id, out TopicJudgments? judgments);
            results.Add(new QuestionResult(questions[i], judgments, before, after));
            progress.Report(i + 1);
        }

        return results;
    }

    /// <summary>Starts the sidecar on its default ports if the demo stays open and they are free, otherwise on any free ports.</summary>
    private async Task<Sidecar> StartSidecarAsync(DemoSet set, DemoIndex index, CancellationToken cancellationToken)
    {
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [index.Url] },
            Rule = options.Rule,
            Sample = options.Sample,
            DeadlineMs = (int)Timeouts.DemoJudgeTimeout.TotalMilliseconds,
            Judge = options.LanguageModel ?? new JudgeSettings { Kind = "qrels", File = set.QrelsFile, Queries = set.QuestionsFile },
            Targets = [new TargetSettings { Index = index.Name, Field = KnnBody.Field, Text = ["title", "text"], Task = DemoSet.Task }],
        };
        EsRefineSettings anywhere = settings with { Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" } };
        if (options.Ends)
        {
            return await Sidecar.StartAsync(anywhere, cancellationToken);
        }

        try
        {
            return await Sidecar.StartAsync(settings, cancellationToken);
        }
        catch (Exception exception) when (IsPortTaken(exception))
        {
            return await Sidecar.StartAsync(anywhere, cancellationToken);
        }
    }

    private static bool IsPortTaken(Exception? exception) => exception switch
    {
        null => false,
        AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => true,
        _ => IsPortTaken(exception.InnerException),
    };

    private static async Task StayAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the demo.
        }
    }
}

/// <summary>The facts at the top of the report.</summary>
/// <param name="Options">The options of the demo.</param>
/// <param name="Set">The help center.</param>
/// <param name="Index">The index of its pages.</param>
/// <param name="Model">The embedding model's name.</param>
/// <param name="Dimensions">Length of its vectors.</param>
/// <param name="SidecarUrl">The data listener.</param>
internal sealed record DemoScene(DemoOptions Options, DemoSet Set, DemoIndex Index, string Model, int Dimensions, Uri SidecarUrl)
{
    public string Judge => Options.LanguageModel is { } model ? $"{model.Model} at {model.Url}" : "the set's recorded judgments, replayed";
}
