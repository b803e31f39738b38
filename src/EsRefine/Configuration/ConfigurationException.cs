namespace EsRefine.Configuration;

/// <summary>The configuration cannot work. The message names the file and line, or the flag or variable, and the fix. Exit code 2.</summary>
internal sealed class ConfigurationException : Exception
{
    public ConfigurationException(string message)
        : base(message)
    {
    }

    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
