using EsRefine.Configuration;

namespace EsRefine.Commands;

/// <summary><c>esrefine config</c>: the effective configuration and where each value comes from.</summary>
internal static class ConfigCommand
{
    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("config", "Prints the effective configuration as a configuration file, with where each value comes from. Secrets are masked.")
        {
            Examples =
            [
                new("check a file without starting anything: exit code 2 and every fault with its line if it cannot work",
                    "esrefine config --config esrefine.yaml"),
                new("what a flag would change", "esrefine config --config esrefine.yaml --deadline 500"),
            ],
        };
        ConfigurationFlags flags = new(verb, environment);
        verb.SetAction(parsed =>
        {
            EffectiveConfiguration configuration = flags.Read(parsed);
            foreach (string line in configuration.ToYaml())
            {
                parsed.InvocationConfiguration.Output.WriteLine(line);
            }

            foreach (string warning in configuration.Warnings)
            {
                parsed.InvocationConfiguration.Error.WriteLine("warning: " + warning);
            }

            return ExitCode.Done;
        });
        return verb;
    }
}
