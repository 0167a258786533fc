namespace PSBpf.Host.Cmdlets;

/// <summary>Keeps the lines around matches and gives a match when those after it have come.</summary>
/// <param name="before">How many lines before a match belong to it.</param>
/// <param name="after">How many lines after a match belong to it.</param>
/// <param name="emit">Receives the matches.</param>
internal sealed class ContextBuffer(int before, int after, Action<MatchInfo> emit)
{
    private readonly Queue<string> _before = new();
    private readonly Queue<(MatchInfo Match, List<string> After)> _waiting = new();

    /// <summary>Adds a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="match">The match in it, or null.</param>
    public void Add(string line, MatchInfo? match = null)
    {
        foreach ((_, List<string> lines) in _waiting)
            lines.Add(line);
        while (_waiting.TryPeek(out (MatchInfo Match, List<string> After) oldest) && oldest.After.Count >= after)
            Emit();

        if (match is not null)
        {
            if (before + after > 0)
                match.Context = new MatchInfoContext([.. _before], []);
            _waiting.Enqueue((match, []));
            if (after == 0)
                Emit();
        }

        _before.Enqueue(line);
        if (_before.Count > before)
            _before.Dequeue();
    }

    /// <summary>Gives the matches that still wait for lines.</summary>
    public void Finish()
    {
        while (_waiting.Count > 0)
            Emit();
    }

    private void Emit()
    {
        (MatchInfo match, List<string> lines) = _waiting.Dequeue();
        if (match.Context is { } context)
            match.Context = context with { PostContext = [.. lines] };
        emit(match);
    }
}
