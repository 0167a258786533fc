using System.Runtime.CompilerServices;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

/// <summary>Text at an address that nobody vouches for, read in parts of a few dozen bytes where that much can be read.</summary>
internal ref struct KernelText(RunState run, ulong address)
{
    private Part _part;
    private int _from;
    private int _length;

    /// <summary>Whether the address could be the kernel's at all: it may be tried.</summary>
    public readonly bool IsAllowed => ProbeHelpers.MayBeKernel(run, address, 1);

    /// <summary>Reads a character.</summary>
    /// <param name="index">Which.</param>
    /// <param name="character">It.</param>
    /// <returns>False when it cannot be read.</returns>
    public bool TryRead(int index, out byte character)
    {
        if ((uint)(index - _from) >= (uint)_length && !Fetch(index))
        {
            character = 0;
            return false;
        }

        character = _part[index - _from];
        return true;
    }

    private bool Fetch(int index)
    {
        ulong at = address + (ulong)index;
        _from = index;
        _length = Part.Size;
        if (run.TryProbe(at, _part, AddressSpace.Kernel)) return true;
        _length = run.TryProbe(at, ((Span<byte>)_part)[..1], AddressSpace.Kernel) ? 1 : 0;
        return _length > 0;
    }

    [InlineArray(Size)]
    private struct Part
    {
        public const int Size = 32;
        private byte _first;
    }
}
