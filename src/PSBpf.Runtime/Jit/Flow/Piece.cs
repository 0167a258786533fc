using System.Reflection.Emit;
using System.Numerics;

namespace PSBpf.Runtime.Jit.Flow;

/// <summary>
/// Blocks that are compiled into one method. All control from outside arrives at its root, which dominates the others.
/// </summary>
internal sealed class Piece(FunctionGraph function, BasicBlock root)
{
    /// <summary>Registers that a hop passes as arguments; the others go through memory.</summary>
    public const int PassedRegisters = 2;

    /// <summary>The function it belongs to.</summary>
    public FunctionGraph Function { get; } = function;

    /// <summary>Where it is entered.</summary>
    public BasicBlock Root { get; } = root;

    /// <summary>Its blocks, in the order of their slots.</summary>
    public List<BasicBlock> Blocks { get; } = [];

    /// <summary>Whether it is the function's own method, which has the function's signature.</summary>
    public bool IsEntry => ReferenceEquals(Root, Function.Blocks[0]);

    /// <summary>Registers that a hop to it passes, lowest first; the method of a function gets its arguments instead.</summary>
    public IEnumerable<int> LiveRegisters
    {
        get
        {
            for (int mask = Root.LiveIn; mask != 0; mask &= mask - 1) yield return BitOperations.TrailingZeroCount(mask);
        }
    }

    /// <summary>The method it becomes.</summary>
    public DynamicMethod Method { get; set; } = null!;
}
