using System.Globalization;
using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>The report that <c>run</c> prints at startup: one line per listener, the judge, the mode, and the targets.</summary>
internal static class StartupReport
{
    public static IEnumerable<string> Lines(EsRefineSettings settings, Uri data, Uri grpc, Uri admin, Uri? models = null)
    {
        yield return $"esrefine {VersionCommand.Version} in front of {string.Join(", ", settings.Upstream.Urls)}";
        yield return $"  data   {data}  for applications, instead of the cluster's address";
        yield return $"  gRPC   {grpc}  esrefine.v1";
        yield return $"  admin  {admin}  health: /livez, /readyz";
        if (models is not null)
        {
            string source = settings.Models.Upstream is { } upstream
                ? $"relayed to {upstream}"
                : $"by {Path.GetFileName(Path.TrimEndingDirectorySeparator(settings.Model!.Folder))}";
            yield return $"  models {models}  embeddings for applications, {source}; each vector's text is remembered";
        }

        if (settings.Judge is not { } judge)
        {
            yield return "  No judge is configured: searches are not refined. Add one with --judge chat --judge-url URL --judge-model NAME.";
            yield break;
        }

        yield return $"  judge  {RelevanceJudges.Find(judge.Kind)!.Describe(judge)}";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"  {Does(settings.Mode)}: {settings.Sample} hits judged, {settings.Rule}, at most {settings.TrustRadius} rad, within {settings.DeadlineMs} ms");
        foreach (TargetSettings target in settings.Targets)
        {
            string field = target.Field is null ? "" : $", field {target.Field}";
            string model = target.Model switch
            {
                QueryModel.Local => ", texts embedded by the local model",
                QueryModel.Upstream => ", texts embedded by the cluster",
                _ => "",
            };
            string text = target.Text.Count == 0 ? "" : $", text {string.Join(" + ", target.Text)}";
            yield return $"  target {target.Index}{field}{text}{model}: {Does(target.Mode ?? settings.Mode)}, {target.Rule ?? settings.Rule}, "
                + $"{target.Sample ?? settings.Sample} hits, {target.DeadlineMs ?? settings.DeadlineMs} ms";
        }

        if (settings.Targets.Count > 0)
        {
            yield return "  Searches on other indices or fields are forwarded unchanged.";
        }
    }

    private static string Does(RefinementMode mode) => mode switch
    {
        RefinementMode.Refine => "refines kNN searches",
        RefinementMode.Shadow => "records what would change (shadow: replies stay the cluster's own)",
        RefinementMode.Learn => "learns in the background",
        _ => "forwards searches unchanged (off)",
    };
}
