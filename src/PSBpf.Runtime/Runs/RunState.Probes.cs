namespace PSBpf.Runtime.Runs;

/// <summary>Whose memory an address means.</summary>
internal enum AddressSpace
{
    /// <summary>The kernel's, to which belongs what a program owns.</summary>
    Kernel,

    /// <summary>A process's.</summary>
    User,
}

/// <summary>Reads of addresses that no verifier vouches for.</summary>
internal sealed unsafe partial class RunState
{
    private const int MostKeptSignals = 1024;

    /// <summary>The signals that the program sent in the runs since it was begun; null when none.</summary>
    public List<int>? Signals { get; private set; }

    /// <summary>Keeps a signal; of very many only the first.</summary>
    public void AddSignal(int signal)
    {
        if (Signals is not { Count: MostKeptSignals }) (Signals ??= []).Add(signal);
    }

    /// <summary>Copies bytes; nothing when not all of them can be read.</summary>
    public bool TryProbe(ulong address, Span<byte> target, AddressSpace space)
    {
        if (space == AddressSpace.Kernel && Owns(address, (uint)target.Length, write: false))
        {
            new ReadOnlySpan<byte>((byte*)address, target.Length).CopyTo(target);
            return true;
        }

        var memory = Environment.Memory;
        for (int index = 0; index < memory.Count; index++)
        {
            var image = memory[index];
            if (image.IsUser != (space == AddressSpace.User)) continue;
            var bytes = image.From(address);
            if (bytes.Length < target.Length) continue;
            bytes[..target.Length].CopyTo(target);
            return true;
        }

        return false;
    }
}
