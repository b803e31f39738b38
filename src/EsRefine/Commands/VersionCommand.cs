using System.Reflection;
using System.Runtime.InteropServices;

namespace EsRefine.Commands;

/// <summary><c>esrefine version</c>: prints the version, the runtime and the platform.</summary>
internal static class VersionCommand
{
    /// <summary>The version of this build, without the commit.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Verb Create()
    {
        Verb verb = new("version", "Prints the version, the runtime and the platform.") { Examples = [new("show the version", "esrefine version")] };
        verb.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(
                $"esrefine {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
            return ExitCode.Done;
        });
        return verb;
    }
}
