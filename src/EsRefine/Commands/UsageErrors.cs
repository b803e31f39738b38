using System.CommandLine;
using EsRefine.Configuration;

namespace EsRefine.Commands;

/// <summary>What is wrong with a command line, in words that name what was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>One message per fault.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string usage = command is RootCommand ? "esrefine --help" : $"esrefine {command.Name} --help";
        bool afterUnknownFlag = false;
        foreach (string token in parsed.UnmatchedTokens)
        {
            bool isFlag = token.StartsWith('-');
            if (isFlag)
            {
                IEnumerable<string> flags = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
                yield return $"no flag '{token}'{Meant(NearestName.Of(token, flags), usage)}";
            }
            else if (!afterUnknownFlag)   // else it is that flag's value
            {
                yield return command.Subcommands.Count > 0
                    ? $"no verb '{token}'{Meant(NearestName.Of(token, command.Subcommands.Select(verb => verb.Name)), usage)}"
                    : $"'{token}' belongs to no flag; {usage} shows how to write it";
            }

            afterUnknownFlag = isFlag;
        }

        if (parsed.UnmatchedTokens.Count == 0)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            {
                yield return $"{message.TrimEnd('.')}; {usage} shows how to write it";
            }
        }
    }

    private static string Meant(string? nearest, string usage) => nearest is null ? $"; {usage} lists what there is" : $"; did you mean '{nearest}'?";
}
