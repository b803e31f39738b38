using System.Diagnostics;
using EsRefine.Hosting;
using EsRefine.IntegrationTests.Clients;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>The executable as an operator runs it: it reads a configuration file, opens its listeners, and stops gracefully.</summary>
public sealed class RunningProcessTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    [Fact]
    public async Task Executable_with_a_configuration_file_refines_searches_on_Elasticsearch_until_it_is_stopped()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await RefinesUntilToldToStop(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), KnnForm.Elasticsearch[0]);
    }

    [Fact]
    public async Task Executable_with_a_configuration_file_refines_searches_on_OpenSearch_until_it_is_stopped()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await RefinesUntilToldToStop(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), KnnForm.OpenSearch[0]);
    }

    private static async Task RefinesUntilToldToStop(RunningEngine engine, string index, KnnForm form)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "labels", index + ".yaml");
        await File.WriteAllTextAsync(file, $$"""
            upstream: { urls: [{{engine.Url}}] }
            listen: { data: 127.0.0.1:0, grpc: 127.0.0.1:0, admin: 127.0.0.1:0 }
            deadlineMs: 30000
            judge: { kind: qrels, file: {{Fan.Judge.File}}, queries: {{Fan.Judge.Queries}} }
            targets:
              - { index: "{{engine.IndexPrefix}}-*", field: v, text: [text], rule: kl-adam }
            """, TestContext.Current.CancellationToken);
        ProcessStartInfo start = new("dotnet", [typeof(Sidecar).Assembly.Location, "run", "--config", file]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Uri listener = await ListenerAsync(process.StandardError);
            Task<string> said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string body = form.With(Fan.VectorAt(0));

            SearchReply plain = await SearchReply.OfAsync(engine.Url, $"{index}/_search", body);
            SearchReply refined = await SearchReply.OfAsync(listener, $"{index}/_search", body, Fan.QueryHeader);

            Assert.Matches("^refined;judged=20;sample=20;angle=0[.][0-9]+;rule=\"kl-adam\"$", refined.Outcome);
            Assert.True(Huts(refined) > Huts(plain), $"{Huts(plain)} of 10 were relevant, now {Huts(refined)}");

            await ClientProcess.RunAsync("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"ended with {process.ExitCode}: {await said}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            File.Delete(file);
        }
    }

    /// <summary>The data listener's address, from the startup report.</summary>
    private static async Task<Uri> ListenerAsync(StreamReader errors)
    {
        List<string> lines = [];
        while (await errors.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["data", { } url, ..])
            {
                return new Uri(url);
            }
        }

        throw new InvalidOperationException("ended before its listeners were open: " + string.Join('\n', lines));
    }

    private static int Huts(SearchReply reply) => reply.Ids.Count(static id => id.StartsWith("hut-", StringComparison.Ordinal));
}
