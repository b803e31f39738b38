namespace EsRefine.Tests.Embedding;

/// <summary>A model folder that a test may spoil: real files linked, the rest written; gone with the test.</summary>
internal sealed class ModelFolderCopy : IDisposable
{
    public ModelFolderCopy(string original)
    {
        Folder = Directory.CreateTempSubdirectory("esrefine-model-").FullName;
        foreach (string file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Folder, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.CreateSymbolicLink(copy, file);
        }
    }

    public string Folder { get; }

    public ModelFolderCopy Write(string file, string text)
    {
        string path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);   // the link, not what it points at
        File.WriteAllText(path, text);
        return this;
    }

    public ModelFolderCopy WriteBytes(string file, byte[] bytes)
    {
        Write(file, "");
        File.WriteAllBytes(Path.Combine(Folder, file), bytes);
        return this;
    }

    public ModelFolderCopy Remove(string file)
    {
        string path = Path.Combine(Folder, file);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
