using System.Text;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests.Evaluating;

/// <summary>An engine's address as users write it.</summary>
internal static class EngineAddress
{
    /// <summary>The URL with credentials.</summary>
    public static string Of(RunningEngine engine)
    {
        if (engine.Authorization?.Parameter is not { } basic)
        {
            return engine.Url.AbsoluteUri;
        }

        string[] credentials = Encoding.UTF8.GetString(Convert.FromBase64String(basic)).Split(':', 2);
        return new UriBuilder(engine.Url) { UserName = Uri.EscapeDataString(credentials[0]), Password = Uri.EscapeDataString(credentials[1]) }.Uri.AbsoluteUri;
    }
}
