namespace EsRefine.TestSupport.Engines;

/// <summary>The sources of an engine.</summary>
/// <param name="Name">Display name.</param>
/// <param name="Variable">Environment variable with its URL; credentials go in the URL.</param>
/// <param name="UpArguments">Arguments of <c>engine up</c> in the shared material.</param>
/// <param name="ImageVariable">Environment variable that names another container image.</param>
/// <param name="Image">Container image.</param>
/// <param name="ContainerEnvironment">Environment variables for a single-node container.</param>
/// <param name="Credentials"><c>user:password</c> if security is on.</param>
internal sealed record EngineSource(
    string Name, string Variable, string[] UpArguments, string ImageVariable, string Image,
    IReadOnlyDictionary<string, string> ContainerEnvironment, string? Credentials = null);
