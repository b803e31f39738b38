using System.CommandLine;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary><c>esrefine config</c>: the effective configuration and the origin of each value; a file to start from; the schema of the file.</summary>
internal static class ConfigCommand
{
    private static readonly Option<bool> Template = new("--template")
    {
        Description = "Prints a configuration file with every setting, its default and what it does, to start from.",
    };

    private static readonly Option<bool> Schema = new("--schema")
    {
        Description = "Prints the JSON Schema of the configuration file, for completion and checks in editors.",
    };

    /// <summary>For the repository itself.</summary>
    private static readonly Option<string?> WriteDocs = new("--write-docs")
    {
        Description = "Writes the files of the repository that are derived from the settings.",
        HelpName = "DIR",
        Hidden = true,
    };

    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("config", "Prints the effective configuration as a configuration file, with the origin of each value. Secrets are masked.")
        {
            Examples =
            [
                new("check a file without starting anything: if it cannot work, every fault with its line, and exit code 2",
                    "esrefine config --config esrefine.yaml"),
                new("what a flag would change", "esrefine config --config esrefine.yaml --deadline 500"),
                new("a file to start from", "esrefine config --template > esrefine.yaml"),
                new("its schema, which the first line of that file names for editors", "esrefine config --schema > esrefine.schema.json"),
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
