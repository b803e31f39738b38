namespace EsRefine.Commands;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line or the configuration is invalid.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted by SIGINT or SIGTERM before the work was done. <c>run</c> exits with <see cref="Done"/> instead.</summary>
    public const int Interrupted = 130;
}
