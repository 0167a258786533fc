using System.Reflection;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

/// <summary>A helper's implementation and what its arguments must be.</summary>
internal readonly unsafe struct HelperEntry
{
    /// <summary>The method behind it, for compiled code.</summary>
    public readonly MethodInfo Method;

    /// <summary>The implementation; null for none.</summary>
    public readonly delegate*<RunState, ulong, ulong, ulong, ulong, ulong, ulong> Function;

    /// <summary>The prototype.</summary>
    public readonly HelperPrototype Prototype;

    /// <summary>The program types whose context it works on; null when it takes none, or that of any type.</summary>
    public readonly ProgramType[]? ContextOf;

    /// <summary>Its argument kinds, empty when none of them refers to memory.</summary>
    public readonly ArgumentKind[] Checked;

    public HelperEntry(HelperFunction function, HelperPrototype prototype)
    {
        Method = function.Method;
        Function = (delegate*<RunState, ulong, ulong, ulong, ulong, ulong, ulong>)Method.MethodHandle.GetFunctionPointer();
        Prototype = prototype;
        if (prototype.Arguments.Contains(ArgumentKind.Context))
        {
            var forms = HelperTable.Forms.Where(form => form.Id == prototype.Id).ToArray();
            ContextOf = forms.Length == 0 || Array.Exists(forms, form => form.ProgramTypes is null) ? null : [.. forms.SelectMany(form => form.ProgramTypes!).Distinct()];
        }

        Checked = prototype.Arguments.All(kind => kind is ArgumentKind.Anything) ? [] : [.. prototype.Arguments];
    }
}

/// <summary>A helper: gets the run and r1 to r5, gives r0.</summary>
internal delegate ulong HelperFunction(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5);
