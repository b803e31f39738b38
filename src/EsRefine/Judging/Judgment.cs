namespace EsRefine.Judging;

/// <summary>P(relevant) of one hit. A missing judgment is <c>null</c>, never a number.</summary>
/// <param name="Probability">In [0, 1].</param>
/// <param name="Yes">Probability mass of yes if the judge returns masses; otherwise P.</param>
/// <param name="No">Probability mass of no if the judge returns masses; otherwise 1 − P.</param>
internal readonly record struct Judgment(float Probability, double Yes, double No)
{
    /// <summary>The smallest mass of yes and no together that counts as an answer (the paper's rule).</summary>
    public const double SmallestMass = 1e-4;

    public static Judgment Of(double probability) => new((float)probability, probability, 1 - probability);

    /// <summary>yes / (yes + no); null if their sum does not exceed <see cref="SmallestMass"/>.</summary>
    public static Judgment? FromMasses(double yes, double no) =>
        yes + no > SmallestMass ? new Judgment((float)(yes / (yes + no)), yes, no) : null;
}
