using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Reissue;

internal static class VectorCopies
{
    public static IReadOnlyList<BodyEdit> Replace(ReadOnlySpan<byte> body, RecognizedSearch recognized, KnnClause clause, FieldMapping mapping, float[] queryVector, float[] refined) => throw new NotSupportedException();
}
