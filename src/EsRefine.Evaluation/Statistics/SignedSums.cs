namespace EsRefine.Evaluation.Statistics;

/// <summary>The distribution of a sum that includes each term with probability 1/2, used by tests over all assignments of signs.</summary>
internal static class SignedSums
{
    /// <summary>P(sum = s) for s = 0 … Σ terms, in O(terms · sum) steps.</summary>
    /// <param name="terms">Whole numbers ≥ 0.</param>
    internal static double[] Distribution(ReadOnlySpan<int> terms)
    {
        int total = 0;
        foreach (int term in terms)
        {
            total = checked(total + term);
        }

        double[] probabilities = new double[total + 1];
        probabilities[0] = 1;
        int reached = 0;
        foreach (int term in terms)
        {
            // Iterates downward, so that the sums without this term are read before they are overwritten.
            reached += term;
            for (int sum = reached; sum >= term; sum--)
            {
                probabilities[sum] = (probabilities[sum] + probabilities[sum - term]) / 2;
            }

            for (int sum = Math.Min(term - 1, reached); sum >= 0; sum--)
            {
                probabilities[sum] /= 2;
            }
        }

        return probabilities;
    }
}
