using System.Runtime.InteropServices;

namespace PSBpf.Verifier.Domain;

/// <summary>
/// What is known of a register or spilled value: its type and, for numbers and the variable part of pointers, the
/// possible values as tnum and as signed and unsigned ranges of all 64 and of the low 32 bits, kept in agreement.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal partial struct RegState
{
    public RegisterType Type;

    /// <summary>The pointer may be null.</summary>
    public bool MaybeNull;

    /// <summary>The id tells it from other pointers also after its null check: it points to a value with a lock.</summary>
    public bool KeepsId;

    /// <summary>For stack pointers: the frame it points into.</summary>
    public byte Frame;

    /// <summary>For numbers: it is linked to others with the same id at a distance, <see cref="Offset"/>.</summary>
    public bool IsShifted;

    /// <summary>For pointers into the kernel's memory: what vouches for them.</summary>
    public PointerFlags Flags;

    /// <summary>Fixed part of a pointer's offset; of a number that is shifted, what was added to the one that it is linked to.</summary>
    public int Offset;

    /// <summary>Values with the same id are equal (scalars), checked for null together, or share their variable offset.</summary>
    public int Id;

    /// <summary>The reference that must be released; 0 for none.</summary>
    public int Reference;

    /// <summary>For memory: the id of the dynptr that it was got from and that it ends with; 0 for none.</summary>
    public int Dynptr;

    /// <summary>Index of the map of map pointers and values; of the function of function addresses; id of a kernel structure's type.</summary>
    public int Map;

    /// <summary>
    /// Packet pointers: bytes proven to lie in the packet after the variable offset, or <see cref="AtPacketEnd"/> or <see cref="BeyondPacketEnd"/> when a
    /// comparison showed that. Memory: its size.
    /// </summary>
    public int Range;

    public Tnum Bits;
    public SignedWord SignedMin, SignedMax;
    public Word Min, Max;
    public SignedHalf SignedMin32, SignedMax32;
    public HalfWord Min32, Max32;

    /// <summary>A <see cref="Range"/>: the pointer is the packet's end, or lies beyond it.</summary>
    public const int AtPacketEnd = -1;

    /// <summary>A <see cref="Range"/>: the pointer lies beyond the packet's end.</summary>
    public const int BeyondPacketEnd = -2;

    public readonly bool IsPointer => Type > RegisterType.Scalar;

    public readonly bool IsScalar => Type == RegisterType.Scalar;

    public readonly Truth IsConstant => Type == RegisterType.Scalar && Bits.IsConstant;

    /// <summary>The kernel's name of the type, e.g. <c>map_value_or_null</c>.</summary>
    public readonly string TypeName => RegisterTypes.NameOf(Type, MaybeNull, Flags);

    /// <summary>Whether it may hold the same numbers, or the same variable offsets, as another one.</summary>
    public readonly Truth HasValuesOf(in RegState other) =>
        Bits == other.Bits && Min == other.Min && Max == other.Max && SignedMin == other.SignedMin && SignedMax == other.SignedMax
        && Min32 == other.Min32 && Max32 == other.Max32 && SignedMin32 == other.SignedMin32 && SignedMax32 == other.SignedMax32;

    /// <summary>Forgets which other numbers it is equal to, or at a fixed distance from.</summary>
    public void Unlink()
    {
        Id = 0;
        IsShifted = false;
        Offset = 0;
    }

    public static RegState UnknownScalar()
    {
        var state = new RegState { Type = RegisterType.Scalar };
        state.SetUnbounded();
        return state;
    }

    public static RegState ConstantScalar(Word value)
    {
        var state = new RegState { Type = RegisterType.Scalar };
        state.SetConstant(value);
        return state;
    }

    /// <summary>An unknown number of so many low bytes, the rest zero.</summary>
    public static RegState UnknownScalar(int bytes)
    {
        var state = UnknownScalar();
        if (bytes < 8) state.ZeroExtend(bytes);
        return state;
    }

    /// <summary>A pointer at offset zero.</summary>
    public static RegState Pointer(RegisterType type)
    {
        var state = new RegState { Type = type };
        state.SetConstant(0);
        return state;
    }
}
