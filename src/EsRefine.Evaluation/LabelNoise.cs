using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EsRefine.Evaluation;

/// <summary>Simulates a judge that makes errors: draws P(relevant) around the label. A pair gets the same value on every machine and in every run.</summary>
/// <remarks>
/// h = SHA-256(UTF-8 of "query|document"); u₁ = (bytes 0…7 of h as a big-endian integer + 1) / 2⁶⁴, u₂ = bytes 8…15 / 2⁶⁴;
/// n = √(−2 ln u₁) · cos(2π u₂); z = ±μ + σ·n, plus for relevant; P = 1 / (1 + e^(−1.5 z)).
/// </remarks>
/// <param name="Mean">μ: mean of z in the direction of the label. Larger values mean a more accurate judge.</param>
/// <param name="Deviation">σ: standard deviation of z.</param>
public sealed record LabelNoise(double Mean, double Deviation)
{
    // Scales z to log-odds.
    private const double Steepness = 1.5;

    /// <summary>As accurate as a large model: 86% of pairs get a P on the correct side of 0.5.</summary>
    public static LabelNoise Llm { get; } = new(2.2, 2);

    /// <summary>As accurate as a small model: 69% of pairs.</summary>
    public static LabelNoise Weak { get; } = new(1.0, 2);

    /// <summary>P(relevant) of a pair.</summary>
    /// <param name="queryId">The query's id.</param>
    /// <param name="documentId">The document's id.</param>
    /// <param name="relevant">The label.</param>
    /// <returns>In (0, 1).</returns>
    public double Probability(string queryId, string documentId, bool relevant)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{queryId}|{documentId}"), hash);
        ulong first = BinaryPrimitives.ReadUInt64BigEndian(hash);
        ulong second = BinaryPrimitives.ReadUInt64BigEndian(hash[sizeof(ulong)..]);

        // +1 keeps u₁ above 0 for the logarithm. The sum uses 128 bits because the largest hash would overflow to 0 in 64 bits.
        double u1 = double.ScaleB((double)((UInt128)first + 1), -64);
        double u2 = double.ScaleB(second, -64);
        double normal = Math.Sqrt(-2 * Math.Log(u1)) * Math.Cos(2 * Math.PI * u2);
        double belief = (relevant ? Mean : -Mean) + (Deviation * normal);
        return 1 / (1 + Math.Exp(-Steepness * belief));
    }
}
