using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>Finds the kNN clauses of a search body.</summary>
internal static class Recognizer
{
    /// <summary>Cheap byte scan: false = the body cannot hold a kNN clause.</summary>
    // A key may also be spelled with escapes ("\u006bnn"). No client writes it so; such a body is passed through, which is always right, if not refined.
    public static bool MayHoldKnn(ReadOnlySpan<byte> body) =>
        body.IndexOf("\"knn\""u8) >= 0 || body.IndexOf("\"script_score\""u8) >= 0 || body.IndexOf("\"neural\""u8) >= 0 || body.IndexOf("\"semantic\""u8) >= 0
        || body.IndexOf("\"wrapper\""u8) >= 0;

    /// <summary>
    /// Reads the body through known child slots only, into the queries of its wrappers too. Null: no kNN clause, or a body that is not strict JSON or that the
    /// cluster refuses.
    /// </summary>
    public static RecognizedSearch? Recognize(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Recognize(body, opened: null);
        }
        catch (JsonException)
        {
            // Comments, trailing commas, a byte order mark, too deep, or broken: the cluster has the say on these.
            return null;
        }
    }

    private static RecognizedSearch? Recognize(ReadOnlyMemory<byte> body, OpenedBody? opened)
    {
        Findings findings = new();
        using BodyView view = new(body);
        RecognizedSearch? search = SearchBodyReader.Read(view.Root, findings);
        if (findings.Wrappers is not { } wrappers)
        {
            return opened is null || search is null ? search : search with { Opened = opened };
        }

        return OpenedBody.Open(body, wrappers, opened) is { } next
            ? Recognize(next.Bytes, next)
            : search is null ? null : search with { Opened = opened, HidesVectors = true };
    }
}
