namespace EsRefine.TestSupport;

/// <summary>Engines, models, data and golden numbers outside the repository, in <c>../shared</c> or the folder in <c>ESREFINE_SHARED</c>.</summary>
public static class SharedMaterial
{
    /// <summary>The repository's top folder.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The folder. Null if it does not exist.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>The reason to skip tests that need it.</summary>
    public const string Missing = "the shared test data is missing: put it beside the repository as ../shared, or set ESREFINE_SHARED to its folder";

    /// <summary>Full path of a file or folder in it. Null if it is missing.</summary>
    public static string? Find(string relativePath)
    {
        if (Folder is null)
        {
            return null;
        }

        string path = Path.Combine(Folder, relativePath);
        return Path.Exists(path) ? path : null;
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EsRefine.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("no EsRefine.sln above " + AppContext.BaseDirectory);
    }

    private static string? FindFolder()
    {
        string folder = Environment.GetEnvironmentVariable("ESREFINE_SHARED") is { Length: > 0 } named
            ? named
            : Path.Combine(RepositoryRoot, "..", "shared");
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}
