using EsRefine.Demo;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using Xunit;

namespace EsRefine.Tests.Demo;

/// <summary>What the demo's texts must hold to, so that its figures mean something.</summary>
public sealed class DemoSetTests : IDisposable
{
    private readonly DemoSet _set = DemoSet.Unpack();

    public void Dispose() => _set.Dispose();

    [Fact]
    public void There_are_hundreds_of_pages_and_dozens_of_questions()
    {
        Assert.InRange(_set.Pages.Count, 300, 400);
        Assert.InRange(_set.Questions.Count, 30, 60);
    }

    [Fact]
    public void No_page_and_no_question_is_there_twice()
    {
        Assert.Distinct(_set.Pages.Select(page => page.Title));
        Assert.Distinct(_set.Pages.Select(page => page.Text));
        Assert.Distinct(_set.Questions.Select(question => question.Text));
    }

    [Fact]
    public void Pages_are_short_prose()
    {
        Assert.All(_set.Pages, page =>
        {
            Assert.InRange(page.Title.Length, 5, 60);
            Assert.InRange(page.Text.Split(' ').Length, 7, 60);
            Assert.Matches(@"^[A-Z0-9$""].*[.!?]$", page.Text);
        });
    }

    [Fact]
    public void Every_question_has_judgments_and_every_judgment_a_question_and_a_page()
    {
        HashSet<string> pages = [.. _set.Pages.Select(page => page.Id)];
        Assert.Equal(_set.Questions.Select(question => question.Id), _set.Qrels.Topics.Select(topic => topic.QueryId));
        foreach (TopicJudgments topic in _set.Qrels.Topics)
        {
            Assert.InRange(topic.RelevantCount, 5, 20);
            Assert.Contains(2, topic.Grades.Values);
            Assert.True(topic.NotRelevantCount >= 10, $"{topic.QueryId} has too few pages that were looked at and found not relevant");
            Assert.All(topic.Grades.Keys, page => Assert.Contains(page, pages));
            Assert.All(topic.Grades.Values, grade => Assert.InRange(grade, 0, 2));
        }
    }

    [Fact]
    public void Unpacked_files_are_an_ordinary_set_that_is_gone_in_the_end()
    {
        DemoSet set = DemoSet.Unpack();
        Assert.Equal("velmoor-help-center", BeirSet.Open(set.Folder).Name);
        Assert.True(File.Exists(set.QrelsFile) && File.Exists(set.QuestionsFile));
        set.Dispose();
        Assert.False(Directory.Exists(set.Folder));
    }
}
