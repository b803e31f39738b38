using EsRefine.Configuration;
using Xunit;

namespace EsRefine.Tests.Configuration;

/// <summary>Adding a setting takes one property with its attribute, and adding a kind takes one row. Shown on records of this test.</summary>
public sealed class SettingTreeTests
{
    private static readonly SettingsKind[] Kinds =
    [
        new("cat", "it sleeps"),
        new("parrot", "it talks") { Needs = [nameof(Animal.Words)], Words = [new("parrot") { Argument = nameof(Animal.Words) }] },
    ];

    private static readonly SettingTree Tree = new(typeof(Zoo));

    [Fact]
    public void Property_is_a_setting_with_name_default_flag_and_variable()
    {
        Setting keepers = Tree.At("nightKeepers");
        Assert.Equal(("nightKeepers", "3", "--keepers", "ESREFINE__NIGHTKEEPERS"), (keepers.Name, keepers.Default, keepers.Attribute.Flag, keepers.Variable));
        Assert.Equal(7, Read(("nightKeepers", "7"))!.NightKeepers);
        Assert.Equal(3, Read(("name", "n"))!.NightKeepers);
        Assert.Equal(["file: nightKeepers must be a whole number of people from 1 to 9, not '10'"], Faults(("nightKeepers", "10")));
        Assert.Equal(["file: no such setting 'nightKeeper'; did you mean 'nightKeepers'?"], Faults(("nightKeeper", "1")));
    }

    [Fact]
    public void Kind_with_a_setting_of_its_own_is_a_row_and_a_property()
    {
        Setting animal = Tree.At("animal");
        Assert.Equal("An animal. ANIMAL is cat or parrot:WORDS.", animal.FlagHelp);
        Assert.Equal("parrot: What it says.", Tree.At("animal.words").Description);
        List<string> errors = [];
        ConfigurationNode node = animal.ReadFlag("parrot:hello", new("--animal"), errors);
        Zoo zoo = Read(new ConfigurationEntry("animal", new("--animal"), node))!;
        Assert.Equal(("parrot", "hello"), (zoo.Animal!.Kind, zoo.Animal.Words));
        Assert.Equal(["animal:", "  kind: parrot", "  words: hello"], animal.Lines(zoo.Animal, "animal", 0).Select(static line => line.ToString()));
        Assert.Equal(["words"], Kinds[1].Missing((SettingGroup)animal, new Animal { Kind = "parrot" }).Select(static setting => setting.Name));
    }

    private static Zoo? Read(ConfigurationEntry entry) => Read(entry, new());

    private static Zoo? Read((string Name, string Text) setting) => Read(Entry(setting), new());

    private static List<string> Faults((string Name, string Text) setting)
    {
        Reading reading = new();
        Read(Entry(setting), reading);
        return reading.Errors;
    }

    private static ConfigurationEntry Entry((string Name, string Text) setting) =>
        new(setting.Name, new("file"), new ConfigurationValue(new("file"), setting.Text));

    private static Zoo? Read(ConfigurationEntry entry, Reading reading) =>
        Tree.Root.TryRead(new ConfigurationMapping(new("file"), [entry]), "", reading, out object zoo) ? (Zoo)zoo : null;

    internal sealed record Zoo
    {
        [Setting("Its name.")]
        public string? Name { get; init; }

        [Setting("People at night.", Unit = "people", Min = 1, Max = 9, Flag = "--keepers", Placeholder = "N")]
        public int NightKeepers { get; init; } = 3;

        [AnimalSetting("An animal.", Flag = "--animal", Placeholder = "ANIMAL")]
        public Animal? Animal { get; init; }
    }

    internal sealed record Animal
    {
        [Setting("Which.")]
        public required string Kind { get; init; }

        [Setting("What it says.")]
        public string? Words { get; init; }
    }

    private sealed class AnimalSettingAttribute(string description) : SettingAttribute(description)
    {
        public override IReadOnlyList<SettingsKind> Kinds => SettingTreeTests.Kinds;
    }
}
