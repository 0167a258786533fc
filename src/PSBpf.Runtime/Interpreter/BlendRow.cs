using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSBpf.Isa;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// One operation of <see cref="BlendedArithmetic"/>: which of the things that can be computed of two operands are added up to the result.
/// Each mask is all ones or zero. A row is as large as a cache line, so that its address is one shift away from its number.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct BlendRow
{
    private const ulong Yes = ulong.MaxValue;

    private static readonly (AluOperation Operation, BlendRow Row)[] Table =
    [
        (AluOperation.Add, new BlendRow { Left = Yes, Right = Yes }),
        (AluOperation.Sub, new BlendRow { Left = Yes, Right = Yes, Negate = Yes }),
        (AluOperation.Mov, new BlendRow { Right = Yes }),
        (AluOperation.Xor, new BlendRow { Xor = Yes }),
        (AluOperation.Or, new BlendRow { Xor = Yes, And = Yes }),
        (AluOperation.And, new BlendRow { And = Yes }),
        (AluOperation.Mul, new BlendRow { Product = Yes }),
    ];

    private static readonly BlendRow[] Pinned = Pin();

    /// <summary>The rows by their numbers, in memory that does not move.</summary>
    public static readonly BlendRow* Rows = (BlendRow*)Unsafe.AsPointer(ref Pinned[0]);

    /// <summary>The left operand.</summary>
    public ulong Left;

    /// <summary>The right operand, or its negative.</summary>
    public ulong Right, Negate;

    /// <summary>The bits that one of them has; those that both have. Together they are those that any has.</summary>
    public ulong Xor, And;

    /// <summary>The product.</summary>
    public ulong Product;

    /// <summary>The number of an operation's row; −1 when it has none.</summary>
    public static int NumberOf(AluOperation operation) => Array.FindIndex(Table, entry => entry.Operation == operation);

    /// <summary>Computes, whatever the operation, the same way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Compute(BlendRow* row, ulong left, ulong right)
    {
        ulong sum = (left & row->Left) + (((right ^ row->Negate) - row->Negate) & row->Right);
        ulong bits = ((left ^ right) & row->Xor) + (left & right & row->And);
        return sum + bits + (left * right & row->Product);
    }

    private static BlendRow[] Pin()
    {
        var rows = GC.AllocateUninitializedArray<BlendRow>(Table.Length, pinned: true);
        for (int number = 0; number < rows.Length; number++) rows[number] = Table[number].Row;
        return rows;
    }
}
