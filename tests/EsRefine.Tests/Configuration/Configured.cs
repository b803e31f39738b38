using EsRefine.Configuration;
using EsRefine.Settings;

namespace EsRefine.Tests.Configuration;

/// <summary>Reads configurations as <c>run</c> would, from texts.</summary>
internal static class Configured
{
    private static readonly string Cluster = EnvironmentSource.VariableOf("upstream.urls", isList: true);

    /// <summary>
    /// Reads a file <c>esrefine.yaml</c> that holds <paramref name="yaml"/>; its name in messages is cut to that. A cluster is named where nothing names one,
    /// unless the test is about that.
    /// </summary>
    public static EffectiveConfiguration By(
        string yaml, Dictionary<string, string>? environment = null, bool needsUpstream = false, params (string Flag, string[] Texts)[] flags)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string file = Path.Combine(folder.FullName, "esrefine.yaml");
            File.WriteAllText(file, yaml);
            bool namesCluster = yaml.Contains("urls", StringComparison.Ordinal) || environment?.ContainsKey(Cluster) is true
                || Array.Exists(flags, static flag => flag.Flag == "--upstream");
            flags = needsUpstream || namesCluster ? flags : [.. flags, ("--upstream", ["http://a"])];
            return new ConfigurationReader
            {
                File = file,
                Environment = environment ?? [],
                Flags = [.. EsRefineSettings.Tree.All.SelectMany(
                    setting => flags.Where(flag => flag.Flag == setting.Attribute.Flag),
                    static (setting, flag) => (setting, (IReadOnlyList<string>)flag.Texts))],
            }.Read();
        }
        catch (ConfigurationException exception)
        {
            string prefix = folder.FullName + Path.DirectorySeparatorChar;
            throw new ConfigurationException([.. exception.Messages.Select(message => message.Replace(prefix, "", StringComparison.Ordinal))]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What is wrong with it.</summary>
    public static IReadOnlyList<string> Faults(
        string yaml, Dictionary<string, string>? environment = null, bool needsUpstream = false, params (string Flag, string[] Texts)[] flags) =>
        Xunit.Assert.Throws<ConfigurationException>(() => By(yaml, environment, needsUpstream, flags)).Messages;
}
