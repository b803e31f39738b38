using EsRefine.Configuration;

namespace EsRefine.Judging;

/// <summary>
/// Asks a language model behind an OpenAI-compatible API, with one call per document. P(relevant) comes from the log-probabilities of yes and no.
/// At most <see cref="JudgeSettings.Concurrency"/> calls of all searches run at once. Others wait, and are canceled with their search.
/// </summary>
// Failed calls are not retried: a search has no time for it, and more calls would harm an overloaded server. A call is sent again in two cases only.
// If the server rejects the form of the request, one call of a search tries simpler forms until one is accepted. If the model replies with reasoning,
// the call is repeated once with reasoning switched off.
internal sealed class ChatJudge : IRelevanceJudge, IDisposable
{
    private const int Unsettled = -1;

    private readonly ChatClient _client;
    private readonly string _model;
    private readonly IReadOnlyList<ChatRequestForm> _forms;
    private readonly SemaphoreSlim _places;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<ChatJudge> _logger;

    // Properties of the server, learned from its replies.
    private int _settledForm = Unsettled;
    private bool _switchesThinkingOff;
    private bool _answersInWords;
    private long _lastWarning;

    /// <exception cref="ConfigurationException">A setting is missing or invalid.</exception>
    public ChatJudge(JudgeSettings settings, TimeProvider timeProvider, ILogger<ChatJudge> logger)
    {
        _model = settings.Model is { Length: > 0 } model ? model : throw new ConfigurationException(
            "judge.model is missing: set the name of the model; a server with a single model accepts any name");
        _client = new ChatClient(settings, timeProvider);
        _forms = ChatRequestForm.Ladder(settings.TopLogprobs);
        _places = new SemaphoreSlim(settings.Concurrency);
        _timeProvider = timeProvider;
        _logger = logger;
        Name = "chat:" + _model;
    }

    public string Name { get; }

    public async Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        using FormTrial trial = new();
        Task<bool>[] calls =
        [
            .. task.Hits.Select((hit, i) => JudgeHitAsync(i, JudgePrompt.Of(task.QueryText, task.Instruction, hit.Text), judgments, trial, cancellationToken)),
        ];
        try
        {
            int judged = (await Task.WhenAll(calls)).Count(static judged => judged);
            if (judged < calls.Length)
            {
                _logger.NeitherYesNorNo(Name, calls.Length - judged, calls.Length);
            }
        }
        catch (JudgeException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsTimeToWarn())
            {
                _logger.CallsFailed(Name, calls.Count(static call => call.IsFaulted), calls.Length, failure.Message);
            }

            throw;
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Limits warnings to one per <see cref="Timeouts.JudgeWarningInterval"/>, because an unreachable judge fails in every search.</summary>
    private bool IsTimeToWarn()
    {
        long last = Volatile.Read(ref _lastWarning);
        return (last == 0 || _timeProvider.GetElapsedTime(last) >= Timeouts.JudgeWarningInterval)
            && Interlocked.CompareExchange(ref _lastWarning, _timeProvider.GetTimestamp(), last) == last;
    }

    /// <summary>Judges one hit. False if the model answered neither yes nor no.</summary>
    private async Task<bool> JudgeHitAsync(int hit, string prompt, JudgmentSheet judgments, FormTrial trial, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            if (await AskAsync(prompt, trial, cancellationToken) is not { } judgment)
            {
                return false;
            }

            judgments.Write(hit, judgment);
            return true;
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<Judgment?> AskAsync(string prompt, FormTrial trial, CancellationToken cancellationToken)
    {
        int i = Math.Max(Volatile.Read(ref _settledForm), 0);
        bool hasTurn = false;
        try
        {
            while (true)
            {
                ChatRequestForm form = _forms[i] with { SwitchesThinkingOff = Volatile.Read(ref _switchesThinkingOff) };
                ChatReply reply = await _client.CompleteAsync(form.Write(_model, prompt), cancellationToken);
                if (reply.IsNotUnderstood && HasPlainerForm(i))
                {
                    if (!hasTurn)
                    {
                        await trial.Turn.WaitAsync(cancellationToken);
                        hasTurn = true;
                    }

                    int settled = Volatile.Read(ref _settledForm);
                    if (settled > i)
                    {
                        i = settled;
                        trial.Turn.Release();
                        hasTurn = false;
                        continue;
                    }

                    if (settled == Unsettled && !trial.HasFailed)
                    {
                        i++;
                        continue;
                    }
                }

                ChatVerdict verdict = reply.Verdict ?? throw _client.Refused(reply);
                Settle(i);
                if (verdict.Source == ChatVerdictSource.Thinking && !form.SwitchesThinkingOff)
                {
                    SwitchThinkingOff();
                    continue;
                }

                return Read(verdict, form);
            }
        }
        finally
        {
            if (hasTurn)
            {
                trial.HasFailed = Volatile.Read(ref _settledForm) == Unsettled;
                trial.Turn.Release();
            }
        }
    }

    private Judgment? Read(ChatVerdict verdict, ChatRequestForm form)
    {
        if (verdict.Source == ChatVerdictSource.Thinking)
        {
            throw _client.Failure(
                $"the model {_model} replies with reasoning even though it is switched off; set another judge.model, or switch reasoning off in the server");
        }

        if (verdict.Source == ChatVerdictSource.Words)
        {
            if (verdict.Judgment is null && form.TopLogprobs > 0)
            {
                throw _client.Failure(
                    "the reply holds neither log-probabilities nor a yes or no; use a model (judge.model) or a server (judge.url) that returns logprobs");
            }

            if (!Interlocked.Exchange(ref _answersInWords, true))
            {
                _logger.AnswersInWords(Name);
            }
        }

        return verdict.Judgment;
    }

    /// <summary>Whether to try a simpler form. False once this form or one before it was accepted: then the form is not the cause of the refusal.</summary>
    private bool HasPlainerForm(int form)
    {
        int settled = Volatile.Read(ref _settledForm);
        return form + 1 < _forms.Count && (settled == Unsettled || settled > form);
    }

    private void Settle(int form)
    {
        if (Volatile.Read(ref _settledForm) == Unsettled && Interlocked.CompareExchange(ref _settledForm, form, Unsettled) == Unsettled)
        {
            _logger.FormSettled(Name, _forms[form]);
        }
    }

    private void SwitchThinkingOff()
    {
        if (!Interlocked.Exchange(ref _switchesThinkingOff, true))
        {
            _logger.ThinkingSwitchedOff(Name);
        }
    }

    /// <summary>
    /// Lets one call of a search at a time try simpler forms. Other calls that were refused wait for the form it finds.
    /// </summary>
    private sealed class FormTrial : IDisposable
    {
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>Whether a call was refused in every form. The other calls of the search then do not try them.</summary>
        public bool HasFailed { get; set; }

        public void Dispose() => Turn.Dispose();
    }
}
