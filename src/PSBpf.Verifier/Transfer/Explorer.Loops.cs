using PSBpf.Isa;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>
    /// may_goto: at any time the loop may be left, which alone makes it end. Leaving is explored first; going on comes after, with
    /// what no check depended on forgotten, so that after a few rounds nothing is new.
    /// </summary>
    private bool StepMayGoto(in DecodedInstruction instruction)
    {
        if (_decisions is not null)
        {
            if (!_decisions.TryDequeue(out var decision) || decision.Taken)
            {
                _state.Path = new PathStep(_state.Path, true);
                return JumpTo(instruction.Target);
            }

            decision.Widening?.Apply(_state);
            _state.Rounds++;
            _state.Path = decision with { Previous = _state.Path };
            return Next();
        }

        var other = Fork(_pc + 1);
        if (other is null) return false;
        other.Rounds++;
        var widening = RoundBefore() is { } round ? Widening.Between(round, other) : null;
        widening?.Apply(other);
        other.Path = new PathStep(_state.Path, false, widening);
        other.History.Add(_entry);
        _state.Path = new PathStep(_state.Path, true);
        return JumpTo(instruction.Target);
    }

    // The last checkpoint of the path is that of this round.
    private Checkpoint? RoundBefore()
    {
        for (var checkpoint = _state.Parent?.Parent; checkpoint is not null; checkpoint = checkpoint.Parent)
            if (checkpoint.Pc == _pc && checkpoint.State.HasCallsOf(_state)) return checkpoint;
        return null;
    }
}
