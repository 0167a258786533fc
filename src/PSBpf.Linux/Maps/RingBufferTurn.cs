namespace PSBpf.Linux.Maps;

/// <summary>The right to move a ring buffer's consumer position, shared by all readers of one map.</summary>
internal sealed class RingBufferTurn
{
    private readonly Lock _gate = new();
    private bool _taken;

    /// <summary>Waits for the turn.</summary>
    /// <returns>False when this thread has it already: a consumer that asks for samples from within its own call.</returns>
    public bool Enter()
    {
        _gate.Enter();
        return Take();
    }

    /// <summary>Takes the turn if nobody has it.</summary>
    public bool TryEnter() => _gate.TryEnter() && Take();

    public void Exit()
    {
        _taken = false;
        _gate.Exit();
    }

    private bool Take()
    {
        if (_taken)
        {
            _gate.Exit();
            return false;
        }

        _taken = true;
        return true;
    }
}
