namespace EsRefine.Commands;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line or the configuration cannot work.</summary>
    public const int Usage = 2;

    /// <summary>By SIGINT or SIGTERM before the work was done; <c>run</c>, whose work is to be stopped, ends with <see cref="Done"/>.</summary>
    public const int Interrupted = 130;
}
