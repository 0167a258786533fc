using System.Runtime.CompilerServices;

namespace PSBpf.Verifier.Domain;

/// <summary>What one byte of stack holds.</summary>
internal enum StackByte : byte
{
    /// <summary>Never written; read as an unknown number.</summary>
    Invalid,

    /// <summary>Part of a spilled register.</summary>
    Spill,

    /// <summary>Some number.</summary>
    Misc,

    /// <summary>Zero.</summary>
    Zero,

    /// <summary>Part of an iterator.</summary>
    Iterator,

    /// <summary>Part of a dynptr.</summary>
    Dynptr,

    /// <summary>Part of what says whether interrupts were on.</summary>
    InterruptFlag,
}

/// <summary>Eight bytes of stack: a kind for each, lowest address first, and the register spilled there, if any.</summary>
internal struct StackSlot
{
    public SlotBytes Bytes;
    public RegState Spilled;

    /// <summary>Whether a register is spilled here, whole or its low bytes.</summary>
    public readonly bool IsSpill => Bytes[0] == StackByte.Spill;

    /// <summary>Whether an iterator is here: its reference is the spilled register's, and the offset is 1 when it has no more elements.</summary>
    public readonly bool IsIterator => Bytes[0] == StackByte.Iterator;

    /// <summary>
    /// Whether half a dynptr is here: the spilled register has its id and reference, its <see cref="Uapi.DynptrKind"/> as map, and as offset 1 in
    /// the half with the higher addresses.
    /// </summary>
    public readonly bool IsDynptr => Bytes[0] == StackByte.Dynptr;

    /// <summary>Whether something is here that only its functions read.</summary>
    public readonly bool IsObject => IsIterator || IsDynptr || IsInterruptFlag;

    /// <summary>Whether it is kept here whether interrupts were on: the spilled register has the section's id, and as map 1 when a lock began it.</summary>
    public readonly bool IsInterruptFlag => Bytes[0] == StackByte.InterruptFlag;

    /// <summary>Whether a whole register is spilled here.</summary>
    public readonly bool IsFullSpill => Bytes[7] == StackByte.Spill;

    /// <summary>Forgets the spilled register, whose bytes become some number, or the object, whose bytes become nothing.</summary>
    public void Scrub()
    {
        for (int index = 0; index < 8; index++)
            Bytes[index] = Bytes[index] switch { StackByte.Spill => StackByte.Misc, StackByte.Iterator or StackByte.Dynptr or StackByte.InterruptFlag => StackByte.Invalid, var kind => kind };
        Spilled = default;
    }

    /// <summary>Whether it holds some number of which nothing is known.</summary>
    public readonly bool IsSomeNumber
    {
        get
        {
            for (int index = 0; index < 8; index++)
                if (Bytes[index] is not (StackByte.Invalid or StackByte.Misc)) return false;
            return true;
        }
    }

    public readonly bool IsUntouched
    {
        get
        {
            for (int index = 0; index < 8; index++)
                if (Bytes[index] != StackByte.Invalid) return false;
            return true;
        }
    }
}

/// <summary>The kinds of a slot's bytes.</summary>
[InlineArray(8)]
internal struct SlotBytes
{
    private StackByte _first;
}
