using EsRefine.Configuration;
using EsRefine.Judging;

namespace EsRefine.Settings;

/// <summary>Checks that relate several settings: those that need or exclude each other. What a single setting may be is said by its attribute.</summary>
internal static class SettingsCheck
{
    /// <summary>Adds combinations that cannot work to the errors of <paramref name="reading"/>.</summary>
    public static void Check(EsRefineSettings settings, Reading reading, IReadOnlyDictionary<string, string> environment)
    {
        CheckListeners(settings.Listen, reading);
        CheckModels(settings, reading);
        CheckTargets(settings, reading);
        if (settings.Judge is { } judge)
        {
            CheckJudge(judge, reading, environment);
        }

        CheckVariable("cache.passwordEnv", settings.Cache.PasswordEnv, reading, environment);
        CheckVariable("cache.secretEnv", settings.Cache.SecretEnv, reading, environment);
    }

    /// <summary>A sidecar needs a cluster behind it.</summary>
    public static void CheckUpstream(EsRefineSettings settings, Reading reading)
    {
        if (settings.Upstream.Urls.Count == 0 && !reading.Refused.Any(path => path.StartsWith("upstream", StringComparison.Ordinal)))
        {
            reading.Errors.Add("no cluster to send searches to: pass --upstream http://localhost:9200, "
                + $"set {EnvironmentSource.VariableOf("upstream.urls", isList: true)}, or upstream.urls in esrefine.yaml");
        }
    }

    /// <summary>Settings that work but may not do what the operator expects.</summary>
    public static IEnumerable<string> Warnings(EsRefineSettings settings)
    {
        if (ListenAddress.Parse(settings.Listen.Admin) is { IsLoopback: false } admin)
        {
            yield return $"listen.admin is {admin}: the admin listener has no authentication; let only operators reach it";
        }

        if (settings.Listen.Models is { } address && ListenAddress.Parse(address) is { IsLoopback: false } models && settings.Models.Upstream is null)
        {
            yield return $"listen.models is {models}: the local model has no authentication; let only applications that may use it reach it";
        }

        if (settings.Cache.Redis is not null && settings.Listen.Models is not null && settings.Models.Memory.Tenant is null)
        {
            yield return "cache.redis is set but models.memory.tenant is not: this process does not share the texts it remembers; "
                + "set the same tenant for all sidecars of one application to share them";
        }

        if (settings.Judge is { ApiKeyEnv: not null, Url: { Scheme: "http", IsLoopback: false } url } judge
            && RelevanceJudges.Find(judge.Kind)?.Reads(nameof(JudgeSettings.ApiKeyEnv)) is true)
        {
            yield return $"judge.url is {url.GetLeftPart(UriPartial.Path)}: the API key and the documents to judge cross the network unencrypted; use https";
        }

        if (settings.Cache is { Redis: not null, SecretEnv: null, PasswordEnv: null })
        {
            yield return "cache.redis is shared without a secret: those who can read it can test guesses of callers' passwords against its keys; "
                + "name the variable of a secret in cache.secretEnv";
        }
    }

    private static void CheckListeners(ListenSettings listen, Reading reading)
    {
        (string Path, ListenAddress? Address)[] listeners =
        [
            ("listen.data", ListenAddress.Parse(listen.Data)),
            ("listen.grpc", ListenAddress.Parse(listen.Grpc)),
            ("listen.admin", ListenAddress.Parse(listen.Admin)),
            ("listen.models", listen.Models is null ? null : ListenAddress.Parse(listen.Models)),
        ];
        for (int i = 1; i < listeners.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (listeners[i].Address is { } address && listeners[j].Address is { } other && address.Collides(other))
                {
                    string path = reading.Origins.ContainsKey(listeners[i].Path) ? listeners[i].Path : listeners[j].Path;
                    reading.Errors.Add($"{Origin(path, reading)}: {listeners[j].Path} ({other}) and {listeners[i].Path} ({address}) need ports of their own");
                }
            }
        }
    }

    private static void CheckModels(EsRefineSettings settings, Reading reading)
    {
        if (settings.Models.Upstream is { } upstream && upstream.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal))
        {
            reading.Errors.Add($"{Origin("models.upstream", reading)}: models.upstream must not end with /v1: "
                + $"applications send that part themselves, and it is forwarded unchanged; set {upstream.AbsoluteUri.TrimEnd('/')[..^"/v1".Length]}");
        }

        if (settings is { Listen.Models: not null, Models.Upstream: null, Model: null }
            && !reading.Refused.Any(static path => path.StartsWith("model", StringComparison.Ordinal)))
        {
            reading.Errors.Add($"{Origin("listen.models", reading)}: the models listener needs a source of embeddings: "
                + "set a server to relay to (models.upstream, --models-upstream URL) or a local model (model.folder, --model DIR)");
        }
    }

    private static void CheckTargets(EsRefineSettings settings, Reading reading)
    {
        if (settings.Model is not null || reading.Refused.Any(static path => path.StartsWith("model", StringComparison.Ordinal)))
        {
            return;
        }

        for (int i = 0; i < settings.Targets.Count; i++)
        {
            if (settings.Targets[i].Model == QueryModel.Local)
            {
                string path = $"targets[{i}].model";
                reading.Errors.Add($"{Origin(path, reading)}: {path} is local, and there is no local model: "
                    + "set its folder (model.folder, --model DIR), or say upstream to use the cluster's model");
            }
        }
    }

    private static void CheckJudge(JudgeSettings judge, Reading reading, IReadOnlyDictionary<string, string> environment)
    {
        if (reading.Refused.Contains("judge.kind"))
        {
            return;
        }

        if (RelevanceJudges.Find(judge.Kind) is not { } kind)
        {
            reading.Errors.Add($"{Origin("judge", reading)}: the judge needs judge.kind: "
                + $"{Form.Choice([.. RelevanceJudges.Kinds.Select(static row => row.Name)])} "
                + "(--judge chat --judge-url http://localhost:8085/v1, or --judge recorded:FILE)");
            return;
        }

        IEnumerable<Setting> missingSettings = kind
            .Missing((SettingGroup)EsRefineSettings.Tree.At("judge"), judge)
            .Where(setting => !reading.Refused.Contains(setting.Path));
        foreach (Setting missing in missingSettings)
        {
            string flag = missing.Attribute.Flag is null ? "" : $" ({missing.Attribute.Flag} {missing.Attribute.Placeholder})";
            reading.Errors.Add($"{Origin("judge", reading)}: the {kind.Name} judge needs {missing.Path}: {missing.Attribute.Description}{flag}");
        }

        if (kind.Reads(nameof(JudgeSettings.ApiKeyEnv)))
        {
            CheckVariable("judge.apiKeyEnv", judge.ApiKeyEnv, reading, environment, ": set it, or remove apiKeyEnv if the server needs no key");
        }
    }

    private static void CheckVariable(
        string path, string? name, Reading reading, IReadOnlyDictionary<string, string> environment, string otherwise = "")
    {
        if (name is not null && environment.GetValueOrDefault(name) is not { Length: > 0 })
        {
            reading.Errors.Add($"{Origin(path, reading)}: {path} names the variable {name}, which is not set{otherwise}");
        }
    }

    private static SettingOrigin Origin(string path, Reading reading) =>
        reading.Origins.GetValueOrDefault(path) ?? new SettingOrigin("defaults");
}
