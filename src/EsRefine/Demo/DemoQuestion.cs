using EsRefine.Configuration;
using EsRefine.Evaluation.Files;

namespace EsRefine.Demo;

/// <summary>Which question's rankings are shown.</summary>
internal static class DemoQuestion
{
    /// <summary>A question that everybody has asked, with pages about money back for other reasons all around it.</summary>
    private const string Preset = "q01";

    /// <param name="wanted">An id, a text, or null.</param>
    /// <param name="questions">Those of the set.</param>
    /// <param name="anyText">Whether the judge can judge a question that is not in the set.</param>
    /// <exception cref="ConfigurationException">The recorded judgments say nothing about this text.</exception>
    public static BeirQuery Find(string? wanted, IReadOnlyList<BeirQuery> questions, bool anyText)
    {
        string text = (wanted ?? Preset).Trim();
        BeirQuery? found = questions.FirstOrDefault(question =>
            string.Equals(question.Id, text, StringComparison.OrdinalIgnoreCase) || string.Equals(question.Text, text, StringComparison.OrdinalIgnoreCase));
        if (found is not null)
        {
            return found;
        }

        if (anyText && text.Length > 0)
        {
            return new BeirQuery("", text);
        }

        IEnumerable<string> list = questions.Select(static question => $"{Environment.NewLine}  {question.Id}  {question.Text}");
        throw new ConfigurationException(
            $"--query: there are no recorded judgments for '{text}'; with --judge-url and --judge-model a language model judges any question. "
            + $"Recorded are:{string.Concat(list)}");
    }
}
