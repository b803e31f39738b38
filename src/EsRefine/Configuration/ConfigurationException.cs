namespace EsRefine.Configuration;

/// <summary>
/// The configuration is invalid. Every message names the file, line and column, or the flag or variable, and the fix. All faults are reported at once.
/// The process exits with code 2.
/// </summary>
internal sealed class ConfigurationException : Exception
{
    public ConfigurationException(string message)
        : base(message) => Messages = [message];

    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException) => Messages = [message];

    public ConfigurationException(IReadOnlyList<string> messages)
        : base(string.Join(Environment.NewLine, messages)) => Messages = messages;

    /// <summary>One message per fault, in the order they were found.</summary>
    public IReadOnlyList<string> Messages { get; }
}
