using PSBpf.Runtime.Environment;

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

        var bytes = Imaged(address, target.Length, space);
        if (bytes.Length < target.Length || bytes.IsEmpty) return false;
        bytes[..target.Length].CopyTo(target);
        return true;
    }

    /// <summary>Bytes of the world, or of what the event points to; empty when not so many are there.</summary>
    public Span<byte> Imaged(ulong address, int length, AddressSpace space)
    {
        var bytes = Find(Environment.Memory, address, length, space);
        return bytes.IsEmpty ? Find(EventMemory, address, length, space) : bytes;
    }

    private static Span<byte> Find(IReadOnlyList<MemoryImage> memory, ulong address, int length, AddressSpace space)
    {
        for (int index = 0; index < memory.Count; index++)
        {
            var image = memory[index];
            if (image.IsUser != (space == AddressSpace.User)) continue;
            var bytes = image.From(address);
            if (bytes.Length >= length) return bytes;
        }

        return [];
    }
}
