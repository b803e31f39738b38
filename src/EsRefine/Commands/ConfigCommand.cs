using System.CommandLine;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary><c>esrefine config</c>: prints the effective configuration with the origin of each value, a sample file, or the file's JSON Schema.</summary>
internal static class ConfigCommand
{
    private static readonly Option<bool> Template = new("--template")
    {
        Description = "Prints a sample configuration file with every setting, its default and its documentation.",
    };

    private static readonly Option<bool> Schema = new("--schema")
    {
        Description = "Prints the JSON Schema of the configuration file, for completion and validation in editors.",
    };

    /// <summary>For development: regenerates files of this repository.</summary>
    private static readonly Option<string?> WriteDocs = new("--write-docs")
    {
        Description = "Writes the files of the repository that are generated from the settings.",
        HelpName = "DIR",
        Hidden = true,
    };

    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("config", "Prints the effective configuration as a configuration file, with the origin of each value. Secrets are masked.")
        {
            Examples =
            [
                new("validate a file without starting anything: if it is invalid, prints every error with its line, exit code 2",
                    "esrefine config --config esrefine.yaml"),
                new("show what a flag would change", "esrefine config --config esrefine.yaml --deadline 500"),
                new("create a sample file", "esrefine config --template > esrefine.yaml"),
                new("create its schema, which the first line of the sample file names for editors", "esrefine config --schema > esrefine.schema.json"),
            ],
        };
        verb.Add(Template);
        verb.Add(Schema);
        verb.Add(WriteDocs);
        ConfigurationFlags flags = new(verb, environment);
        verb.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(WriteDocs) is { } repository)
            {
                foreach (string file in ConfigurationDocuments.Write(repository))
                {
                    output.WriteLine(file);
                }
            }
            else if (parsed.GetValue(Schema))
            {
                output.Write(ConfigurationDocuments.Schema);
            }
            else if (parsed.GetValue(Template))
            {
                output.Write(ConfigurationDocuments.Sample);
            }
            else
            {
                Print(flags.Read(parsed), output, parsed.InvocationConfiguration.Error);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static void Print(EffectiveConfiguration configuration, TextWriter output, TextWriter error)
    {
        foreach (string line in configuration.ToYaml())
        {
            output.WriteLine(line);
        }

        foreach (string warning in configuration.Warnings)
        {
            error.WriteLine("warning: " + warning);
        }
    }
}
