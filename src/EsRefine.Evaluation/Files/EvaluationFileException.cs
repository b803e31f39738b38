namespace EsRefine.Evaluation.Files;

/// <summary>An evaluation file is missing, malformed or cannot be written. The message names the file, the line and the fix.</summary>
public sealed class EvaluationFileException : Exception
{
    /// <summary>A problem with a file as a whole.</summary>
    public EvaluationFileException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>A problem with one line of a file.</summary>
    public EvaluationFileException(string path, int line, string problem, Exception? innerException = null)
        : base($"{path}:{line}: {problem}", innerException)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file or folder, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>The line number, starting at 1; null if the problem concerns the whole file.</summary>
    public int? Line { get; }
}
