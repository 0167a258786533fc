using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

/// <summary>A helper's implementation and what its arguments must be.</summary>
internal readonly unsafe struct HelperEntry
{
    /// <summary>The implementation; null for none.</summary>
    public readonly delegate*<RunState, ulong, ulong, ulong, ulong, ulong, ulong> Function;

    /// <summary>The prototype.</summary>
    public readonly HelperPrototype Prototype;

    /// <summary>Its argument kinds, empty when none of them refers to memory.</summary>
    public readonly ArgumentKind[] Checked;

    public HelperEntry(delegate*<RunState, ulong, ulong, ulong, ulong, ulong, ulong> function, HelperPrototype prototype)
    {
        Function = function;
        Prototype = prototype;
        Checked = prototype.Arguments.All(kind => kind is ArgumentKind.Anything or ArgumentKind.Scalar) ? [] : [.. prototype.Arguments];
    }
}
