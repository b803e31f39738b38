namespace EsRefine.Tests.Evaluating;

/// <summary>
/// A set in BEIR's layout, small enough to read: three subjects, four documents each. One id holds a space, one query has no relevant document, and the qrels
/// name a query and a document that are not there.
/// </summary>
internal sealed class SmallSet : IDisposable
{
    private static readonly (string Id, string Title, string Text)[] Documents =
    [
        ("bread 1", "", "How long should sourdough rest before baking?"),
        ("bread2", "Flour", "Rye flour needs more water than wheat flour."),
        ("bread3", "", "Steam in the oven keeps the crust of a loaf thin."),
        ("bread4", "", "Knead the dough until it passes the window test."),
        ("bike1", "", "Oil the chain of a bicycle after every wet ride."),
        ("bike2", "", "A flat tire is mended with a patch and some glue."),
        ("bike3", "Brakes", "Worn brake pads squeal when the rim is dirty."),
        ("bike4", "", "Shift to a smaller gear before the climb begins."),
        ("sky1", "", "Jupiter shows four moons in a small telescope."),
        ("sky2", "", "The Milky Way is faint under the lights of a city."),
        ("sky3", "", "A solar eclipse must be watched through a filter."),
        ("sky4", "Comets", "Comets grow a tail when they come near the sun."),
    ];

    public string Folder { get; } = Directory.CreateTempSubdirectory("esrefine-eval-").FullName;

    public SmallSet()
    {
        Write("corpus.jsonl", string.Concat(Documents.Select(
            static document => $$"""{"_id":"{{document.Id}}","title":"{{document.Title}}","text":"{{document.Text}}"}""" + "\n")));
        Write("queries.jsonl", """
            {"_id":"sky","text":"looking at planets and stars"}
            {"_id":"unanswered","text":"how to train a dog"}
            {"_id":"bike","text":"keeping something with wheels in good repair"}
            {"_id":"bread","text":"making food out of grain"}

            """);
        Write("qrels/test.tsv", "query-id\tcorpus-id\tscore\n"
            + "bread\tbread 1\t1\nbread\tbread2\t2\nbread\tbread3\t1\nbread\tbread4\t1\nbread\tsky1\t0\nbread\tbike1\t0\n"
            + "bike\tbike1\t1\nbike\tbike2\t1\nbike\tbike3\t1\nunanswered\tsky1\t0\n"
            + "sky\tsky1\t1\nsky\tsky2\t1\nsky\tgone\t1\nnobody\tsky1\t1\n");
        Write("meta.json", """{"name":"small"}""");
    }

    public string Write(string name, string content)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
