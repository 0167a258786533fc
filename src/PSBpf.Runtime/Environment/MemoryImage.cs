namespace PSBpf.Runtime.Environment;

/// <summary>
/// Bytes that programs can read at an address, as they read kernel or user memory: addresses in the lower half are user memory.
/// </summary>
/// <param name="Address">The address of the first byte.</param>
/// <param name="Bytes">The bytes. bpf_probe_write_user changes those of user memory.</param>
public sealed record MemoryImage(ulong Address, byte[] Bytes)
{
    /// <summary>Whether it stands for a process's memory and not for the kernel's.</summary>
    public bool IsUser => (long)Address >= 0;

    /// <summary>The bytes from an address to the end; empty when it is outside.</summary>
    internal Span<byte> From(ulong address)
    {
        ulong offset = address - Address;
        return offset < (ulong)Bytes.Length ? Bytes.AsSpan((int)offset) : [];
    }
}
