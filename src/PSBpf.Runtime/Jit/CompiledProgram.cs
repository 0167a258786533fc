using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSBpf.Kernel;
using PSBpf.Runtime.Jit.Emit;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit;

/// <summary>Machine code of a program: what it takes to run it, and what is known of it.</summary>
internal sealed class CompiledProgram
{
    /// <summary>Where the code of <see cref="Entry"/> begins, for tail calls. It takes this object first, then what a <see cref="CompiledEntry"/> takes.</summary>
    public readonly nint EntryPointer;

    private readonly GCHandle[] _handles;

    public CompiledProgram(DynamicMethod entry, nint entryPointer, IReadOnlyList<CompiledMethod> methods, IEnumerable<GCHandle> handles, bool isChecked)
    {
        _handles = [.. handles];
        Methods = methods;
        IsChecked = isChecked;
        EntryPointer = entryPointer;
        Entry = (CompiledEntry)entry.CreateDelegate(typeof(CompiledEntry), this);
    }

    // The same code with another way in, which measures some of the runs.
    private CompiledProgram(CompiledProgram original)
    {
        _handles = [];
        Methods = original.Methods;
        IsChecked = original.IsChecked;
        EntryPointer = original.EntryPointer;
        Duration = original.Duration;
        NativeCode = original.NativeCode;
        Entry = original.RunMeasured;
    }

    ~CompiledProgram()
    {
        foreach (var handle in _handles) handle.Free();
    }

    /// <summary>Runs the program on a prepared run.</summary>
    public CompiledEntry Entry { get; }

    /// <summary>Its methods, the main program's first.</summary>
    public IReadOnlyList<CompiledMethod> Methods { get; }

    /// <summary>Whether it checks every memory access.</summary>
    public bool IsChecked { get; }

    /// <summary>How long compiling took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Its machine code, where it was asked for.</summary>
    public IReadOnlyList<NativeCode> NativeCode { get; init; } = [];

    /// <summary>Makes a way in that measures some of the runs.</summary>
    public CompiledProgram Measured() => new(this);

    [MethodImpl(HotCode.Optimized)]
    private ulong RunMeasured(RunState run, ulong framePointer, ulong context) =>
        run.IsDue() ? run.Measure(Entry, framePointer, context) : Entry(run, framePointer, context);
}

/// <summary>Runs compiled code.</summary>
/// <param name="run">The run.</param>
/// <param name="framePointer">r10.</param>
/// <param name="context">r1.</param>
/// <returns>r0.</returns>
internal delegate ulong CompiledEntry(RunState run, ulong framePointer, ulong context);

/// <summary>One method of a compiled program.</summary>
/// <param name="Name">The function, with a number when it was cut.</param>
/// <param name="Cost">What the machine's compiler counted.</param>
/// <param name="Method">The method; it lives as long as this.</param>
/// <param name="Slots">The instructions in it, in the order of its code.</param>
internal sealed record CompiledMethod(string Name, IlCost Cost, DynamicMethod Method, IReadOnlyList<int> Slots)
{
    /// <summary>Its IL, where it was asked for.</summary>
    public IReadOnlyList<IntermediateLine> Intermediate { get; init; } = [];
}
