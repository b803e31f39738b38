namespace EsRefine.Sampling;

/// <summary>A model does not embed the text of a clause. The message names the cause and holds no text. <see cref="TextEmbeddings"/> catches it.</summary>
internal sealed class ModelRefusalException(string message) : Exception(message);
