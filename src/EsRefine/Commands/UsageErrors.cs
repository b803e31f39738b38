using System.CommandLine;
using System.CommandLine.Parsing;
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
            foreach (string message in parsed.Errors.Select(Describe).Distinct())
            {
                yield return $"{message}; {usage} shows how to write it";
            }
        }
    }

    // The library's own words name .NET types.
    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is not { } result || (result as OptionResult ?? result.Parent as OptionResult) is not { Option: { } option } given)
        {
            return error.Message.TrimEnd('.');
        }

        return given.Tokens switch
        {
            [] => $"{option.Name} needs a value: {option.HelpName}",
            [{ Value: string text }] => $"{option.Name} must be {(option.ValueType == typeof(bool) ? "true or false" : "a whole number")}, not '{text}'",
            _ => $"{option.Name} takes one value, not {given.Tokens.Count}",
        };
    }

    private static string Meant(string? nearest, string usage) => nearest is null ? $"; {usage} lists what there is" : $"; did you mean '{nearest}'?";
}
