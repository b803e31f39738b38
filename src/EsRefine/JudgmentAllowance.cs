namespace EsRefine;

/// <summary>Judgments that one request may buy (<c>maxJudgments</c>). The searches of one body share an allowance.</summary>
internal sealed class JudgmentAllowance(int limit)
{
    private int _taken;

    /// <summary>Takes the judgments of one vector. The first vector gets them in any case. False: others of the request have taken too many.</summary>
    public bool TryTake(int judgments)
    {
        int before = Interlocked.Add(ref _taken, judgments) - judgments;
        return before == 0 || before + judgments <= limit;
    }
}
