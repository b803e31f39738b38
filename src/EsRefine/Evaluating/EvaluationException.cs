namespace EsRefine.Evaluating;

/// <summary>The evaluation cannot continue. The message names the cause and the fix.</summary>
internal sealed class EvaluationException(string message, Exception? innerException = null) : Exception(message, innerException);
