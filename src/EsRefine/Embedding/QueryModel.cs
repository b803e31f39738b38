namespace EsRefine.Embedding;

/// <summary>Turns query texts into query vectors, where a model was configured.</summary>
internal sealed class QueryModel
{
    public Task<float[]?> EmbedAsync(string text, CancellationToken cancellationToken) => throw new NotSupportedException();
}
