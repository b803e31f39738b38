using EsRefine.Configuration;
using EsRefine.Settings;

namespace EsRefine.Tests.Configuration;

/// <summary>Reads configurations from texts as <c>run</c> would from a file.</summary>
internal static class Configured
{
    private static readonly string Cluster = EnvironmentSource.VariableOf("upstream.urls", isList: true);

    /// <summary>
    /// Reads a file that holds <paramref name="yaml"/>; messages call it <c>esrefine.yaml</c>. A cluster is added if none is named,
    /// unless <paramref name="needsUpstream"/> is true.
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

    /// <summary>The errors of a configuration.</summary>
    public static IReadOnlyList<string> Faults(
        string yaml, Dictionary<string, string>? environment = null, bool needsUpstream = false, params (string Flag, string[] Texts)[] flags) =>
        Xunit.Assert.Throws<ConfigurationException>(() => By(yaml, environment, needsUpstream, flags)).Messages;
}
