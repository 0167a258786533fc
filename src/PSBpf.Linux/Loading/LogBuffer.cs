using System.Runtime.InteropServices;
using System.Text;

namespace PSBpf.Linux.Loading;

/// <summary>Native memory that the kernel writes a log into.</summary>
internal sealed unsafe class LogBuffer : IDisposable
{
    private byte* _memory;

    public LogBuffer(uint size)
    {
        Size = size;
        _memory = (byte*)NativeMemory.Alloc(size);
        _memory[0] = 0;
    }

    public uint Size { get; }

    public ulong Address => (ulong)_memory;

    /// <summary>The text up to its final zero.</summary>
    public string Text()
    {
        var bytes = new ReadOnlySpan<byte>(_memory, (int)Size);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
