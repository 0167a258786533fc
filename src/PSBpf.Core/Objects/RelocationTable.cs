using PSBpf.Elf;
using PSBpf.Isa;

namespace PSBpf.Objects;

/// <summary>The relocations of a section of instructions, by slot.</summary>
internal sealed class RelocationTable
{
    private readonly ElfRelocation[] _relocations;

    /// <summary>A table of relocations that are all about the first byte of a slot, in any order.</summary>
    public RelocationTable(IReadOnlyList<ElfRelocation> relocations)
    {
        _relocations = [.. relocations];
        // Compilers write them so; who merges objects may not.
        for (int index = 1; index < _relocations.Length; index++)
        {
            if (_relocations[index].Offset >= _relocations[index - 1].Offset) continue;
            Array.Sort(_relocations, (left, right) => left.Offset.CompareTo(right.Offset));
            return;
        }
    }

    /// <summary>Number of relocations.</summary>
    public int Count => _relocations.Length;

    /// <summary>One of them, ascending by slot.</summary>
    public ref readonly ElfRelocation this[int index] => ref _relocations[index];

    /// <summary>The slot that one is about.</summary>
    public int SlotOf(int index) => (int)(_relocations[index].Offset / Instruction.Size);

    /// <summary>One of two that are about the same slot; null when there are none.</summary>
    public ElfRelocation? FindTwice()
    {
        for (int index = 1; index < _relocations.Length; index++)
            if (_relocations[index].Offset == _relocations[index - 1].Offset) return _relocations[index];
        return null;
    }

    /// <summary>The index of the first at a slot or after it.</summary>
    public int FirstFrom(int slot)
    {
        int low = 0, high = _relocations.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (SlotOf(middle) < slot) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
