namespace EsRefine.Recognition;

/// <summary>Finds the kNN clauses of a search body.</summary>
internal static class Recognizer
{
    /// <summary>Cheap byte scan: false = the body cannot hold a kNN clause.</summary>
    public static bool MayHoldKnn(ReadOnlySpan<byte> body)
    {
        throw new NotSupportedException();
    }

    /// <summary>Walks the body through known child slots only. Null: no kNN clause, or a body that is not strict JSON.</summary>
    public static RecognizedSearch? Recognize(ReadOnlySpan<byte> body)
    {
        throw new NotSupportedException();
    }
}
