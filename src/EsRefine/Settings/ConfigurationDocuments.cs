using EsRefine.Configuration;

namespace EsRefine.Settings;

/// <summary>
/// The files of the repository that are derived from the settings. <c>esrefine config --write-docs</c> writes them; a test fails if one is stale.
/// </summary>
internal static class ConfigurationDocuments
{
    private const string SchemaFile = "esrefine.schema.json";

    private static readonly string[] SampleHead =
    [
        $"yaml-language-server: $schema={SchemaFile}",
        "EsRefine's configuration: every setting, with its default where it has one. Remove the '#' in front of a name to change it.",
        "Flags override environment variables, which override this file. The variable of a setting is ESREFINE__ and its path in upper case with two",
        "underscores between the steps: ESREFINE__JUDGE__URL, ESREFINE__UPSTREAM__URLS__0.",
        "'esrefine config --config esrefine.yaml' checks the file and prints the effective settings with the origin of each.",
        "Generated from the settings in the source code: esrefine config --template",
    ];

    private const string ReferenceHead = """
        # Configuration

        <!-- Generated from the settings in the source code. Do not edit. After a change: dotnet run --project src/EsRefine -- config --write-docs . -->

        EsRefine reads `esrefine.yaml` from the working directory, or the file that `--config FILE` names. Environment variables override the file, and flags
        override both.
        An unknown name or a value out of bounds ends the start with exit code 2 and a message that names the file and line, variable or flag.

        * `esrefine config` prints the effective settings and where each comes from. `esrefine config --config FILE` checks a file without starting anything.
        * `esrefine config --template` prints a file with every setting as a start; [deploy/esrefine.yaml](../deploy/esrefine.yaml) is that file.
        * `esrefine config --schema` prints the JSON Schema of the file, for completion and checks in editors:
          `# yaml-language-server: $schema=esrefine.schema.json` as the first line of the file names it.
        * Environment variables: the position in a list is a step of its own (`ESREFINE__UPSTREAM__URLS__0`, `__1`, …). An empty variable is ignored.
        * Keys and passwords stay in environment variables: settings whose names end in `Env` name the variable that holds one.

        """;

    /// <summary>A configuration file to start from.</summary>
    public static string Sample => SampleFile.Write(EsRefineSettings.Tree, SampleHead);

    /// <summary>The JSON Schema of <c>esrefine.yaml</c>.</summary>
    public static string Schema => SettingsSchema.Write(EsRefineSettings.Tree, "EsRefine configuration (esrefine.yaml)");

    /// <summary>Every generated file: its path in the repository and its text.</summary>
    public static IReadOnlyList<(string Path, string Text)> All =>
    [
        ("deploy/esrefine.yaml", Sample),
        ($"deploy/{SchemaFile}", Schema),
        ("docs/configuration.md", SettingsReference.Write(EsRefineSettings.Tree, ReferenceHead.ReplaceLineEndings("\n").TrimEnd())),
    ];

    /// <summary>Writes all of them.</summary>
    /// <param name="repository">The repository's folder.</param>
    /// <returns>The files written.</returns>
    public static IEnumerable<string> Write(string repository)
    {
        foreach ((string path, string text) in All)
        {
            string file = Path.Combine(repository, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            yield return file;
        }
    }
}
