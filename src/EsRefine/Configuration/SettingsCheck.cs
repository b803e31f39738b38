namespace EsRefine.Configuration;

/// <summary>What no setting can tell alone: settings that need or exclude each other.</summary>
internal static class SettingsCheck
{
    /// <summary>Adds what cannot work to the errors of <paramref name="reading"/>.</summary>
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
            reading.Errors.Add("no cluster to send searches to: say --upstream http://localhost:9200, "
                + $"set {EnvironmentSource.VariableOf("upstream.urls", isList: true)}, or upstream.urls in esrefine.yaml");
        }
    }

    /// <summary>What works and may surprise.</summary>
    public static IEnumerable<string> Warnings(EsRefineSettings settings)
    {
        if (ListenAddress.Parse(settings.Listen.Admin) is { IsLoopback: false } admin)
        {
            yield return $"listen.admin is {admin}: the admin listener asks for no password; let only those reach it who may know its health";
        }

        if (settings.Listen.Models is { } address && ListenAddress.Parse(address) is { IsLoopback: false } models && settings.Models.Upstream is null)
        {
            yield return $"listen.models is {models}: the local model asks for no key; let only those reach it who may use it";
        }

        if (settings.Cache.Redis is not null && settings.Listen.Models is not null && settings.Models.Memory.Tenant is null)
        {
            yield return "cache.redis is set but models.memory.tenant is not: this process remembers vectors for itself alone; "
                + "a name shared by the sidecars of one application joins them";
        }

        if (settings.Judge is { Kind: "chat", ApiKeyEnv: not null, Url: { Scheme: "http", IsLoopback: false } url })
        {
            yield return $"judge.url is {url}: the API key and the documents to judge cross the network unencrypted; use https";
        }

        if (settings.Cache is { Redis: not null, SecretEnv: null, PasswordEnv: null })
        {
            yield return "cache.redis is shared without a secret: whoever can read it can test guesses of callers' passwords against its keys; name one in cache.secretEnv";
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
                + $"applications send that themselves, and it goes on as they send it; say {upstream.AbsoluteUri.TrimEnd('/')[..^"/v1".Length]}");
        }

        if (settings is { Listen.Models: not null, Models.Upstream: null, Model: null }
            && !reading.Refused.Any(static path => path.StartsWith("model", StringComparison.Ordinal)))
        {
            reading.Errors.Add($"{Origin("listen.models", reading)}: the models listener needs embeddings to hand out: "
                + "name a server to relay to (models.upstream, --models-upstream URL) or a local model (model.folder, --model DIR)");
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
                    + "name its folder (model.folder, --model DIR), or say upstream, and the cluster's own serves");
            }
        }
    }

    private static void CheckJudge(JudgeSettings judge, Reading reading, IReadOnlyDictionary<string, string> environment)
    {
        void Need(bool isThere, string name, string fix)
        {
            if (!isThere && !reading.Refused.Contains($"judge.{name}"))
            {
                reading.Errors.Add($"{Origin("judge", reading)}: the {(judge.Kind.Length == 0 ? "" : judge.Kind + " ")}judge needs judge.{name}: {fix}");
            }
        }

        switch (judge.Kind)
        {
            case "chat":
                Need(judge.Url is not null, "url", "base URL of an OpenAI-compatible API (--judge-url http://localhost:8085/v1)");
                Need(judge.Model is not null, "model", "the model's name as GET /v1/models lists it (--judge-model NAME)");
                CheckVariable("judge.apiKeyEnv", judge.ApiKeyEnv, reading, environment, ": set it, or leave apiKeyEnv out if the server asks for none");
                break;
            case "qrels" or "recorded":
                Need(judge.File is not null, "file",
                    judge.Kind == "qrels" ? "the labels (--judge-file qrels/test.tsv)" : "the recorded answers (--judge recorded:FILE)");
                Need(judge.Queries is not null, "queries", "the queries' ids and texts (--queries queries.jsonl)");
                break;
            default:
                Need(isThere: false, "kind", "chat, qrels or recorded (--judge chat --judge-url http://localhost:8085/v1, or --judge recorded:FILE)");
                break;
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
