using EsRefine.Configuration;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>Reads the files that judge settings name. A faulty file is reported as a configuration error that names the setting.</summary>
internal static class JudgeFile
{
    /// <param name="setting">The setting's name: <c>file</c>.</param>
    /// <param name="path">Its value.</param>
    /// <param name="content">The expected content, for the message if the setting is missing.</param>
    /// <param name="read">Reads the file; may throw an <see cref="EvaluationFileException"/>.</param>
    /// <exception cref="ConfigurationException">The setting is missing, or the file cannot be read.</exception>
    public static T Read<T>(string setting, string? path, string content, Func<string, T> read)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new ConfigurationException($"judge.{setting} is missing: set it to {content}");
        }

        try
        {
            return read(path);
        }
        catch (EvaluationFileException exception)
        {
            throw new ConfigurationException($"judge.{setting}: {exception.Message}", exception);
        }
    }

    /// <summary>The ids of queries by their texts.</summary>
    /// <exception cref="ConfigurationException">The setting is missing, or the file cannot be read.</exception>
    public static QueryIds ReadQueryIds(JudgeSettings settings) =>
        Read("queries", settings.Queries, "a BEIR queries.jsonl, which holds the ids and texts of queries", static path => new QueryIds(path));
}
