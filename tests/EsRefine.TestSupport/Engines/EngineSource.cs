namespace EsRefine.TestSupport.Engines;

/// <summary>Where an engine may come from.</summary>
/// <param name="Name">For people.</param>
/// <param name="Variable">Environment variable with its URL; credentials go in the URL.</param>
/// <param name="UpArguments">What follows <c>engine up</c> in the shared material.</param>
/// <param name="ImageVariable">Environment variable that names another container image.</param>
/// <param name="Image">Container image.</param>
/// <param name="ContainerEnvironment">What the container needs to be a single node.</param>
/// <param name="Credentials"><c>user:password</c>, where security is on.</param>
internal sealed record EngineSource(
    string Name, string Variable, string[] UpArguments, string ImageVariable, string Image,
    IReadOnlyDictionary<string, string> ContainerEnvironment, string? Credentials = null);
