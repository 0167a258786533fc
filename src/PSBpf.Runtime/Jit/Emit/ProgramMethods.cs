using System.Reflection.Emit;
using System.Runtime.InteropServices;
using PSBpf.Isa;
using PSBpf.Runtime.Jit.Flow;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// The methods of a program and the handles of what their code refers to. Methods are owned by the core library's
/// module: one of a module that was built for debugging would never be optimised.
/// </summary>
internal sealed class ProgramMethods
{
    private static readonly Type Word = typeof(ulong);
    /// <summary>What the method of a main program takes: what it is bound to, the run, r10 and r1.</summary>
    public static readonly Type[] EntryParameters = [typeof(object), typeof(RunState), Word, Word];
    private static readonly Type[] PieceParameters = [typeof(RunState), Word, Word, Word];

    private readonly Dictionary<int, FunctionGraph> _functions = [];
    private readonly Dictionary<FunctionGraph, DynamicMethod> _methods = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<FunctionGraph> _mayGoto = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RuntimeMap, GCHandle> _maps = new(ReferenceEqualityComparer.Instance);

    public ProgramMethods(JitInput input, IEnumerable<FunctionGraph> functions)
    {
        var called = new SortedSet<int>();
        foreach (var function in functions)
        {
            _functions[function.Entry] = function;
            foreach (var block in function.Blocks)
                for (int slot = block.Start; slot < block.End; slot += input.Code[slot].Row.Slots)
                {
                    if (input.Code[slot].Form == FormId.MayGoto) _mayGoto.Add(function);
                    if (input.Code[slot].Form == FormId.LddwFunction) called.Add(input.Code[slot].Target);
                    SubprogramsCall |= input.Code[slot].Form == FormId.CallFunction && function.Entry != 0;
                }
        }

        Callbacks = [.. called.Where(_functions.ContainsKey).Select(entry => _functions[entry])];
    }

    /// <summary>Functions whose address is taken, as far as paths enter them.</summary>
    public IReadOnlyList<FunctionGraph> Callbacks { get; }

    /// <summary>Handles to free with the code.</summary>
    public IReadOnlyCollection<GCHandle> Handles => _maps.Values;

    /// <summary>Whether a subprogram calls another one.</summary>
    public bool SubprogramsCall { get; }

    /// <summary>The function that begins in a slot.</summary>
    public FunctionGraph FunctionAt(int slot) => _functions[slot];

    /// <summary>The argument registers that a function reads, lowest first: its parameters.</summary>
    public static IEnumerable<int> ArgumentsOf(FunctionGraph function)
    {
        for (int register = 1; register <= 5; register++)
            if ((function.Blocks[0].LiveIn >> register & 1) != 0) yield return register;
    }

    /// <summary>The method of a function.</summary>
    public DynamicMethod MethodOf(FunctionGraph function) => _methods[function];

    /// <summary>Whether a function counts rounds of may_goto.</summary>
    public bool UsesMayGoto(FunctionGraph function) => _mayGoto.Contains(function);

    /// <summary>Makes the empty method of a piece.</summary>
    public DynamicMethod Define(string name, Piece piece)
    {
        Type[] parameters = !piece.IsEntry ? PieceParameters
            : piece.Function.Entry == 0 ? EntryParameters
            : [typeof(RunState), Word, .. ArgumentsOf(piece.Function).Select(_ => Word)];
        var method = new DynamicMethod(name, Word, parameters, typeof(object).Module, skipVisibility: true) { InitLocals = false };
        piece.Method = method;
        if (piece.IsEntry) _methods[piece.Function] = method;
        return method;
    }

    /// <summary>Where code finds a map: the address of a cell that holds the reference.</summary>
    public nint CellOf(RuntimeMap map)
    {
        if (!_maps.TryGetValue(map, out var handle)) _maps[map] = handle = GCHandle.Alloc(map);
        return GCHandle.ToIntPtr(handle);
    }

    /// <summary>Frees the handles of a compilation that failed.</summary>
    public void Free()
    {
        foreach (var handle in _maps.Values) handle.Free();
        _maps.Clear();
    }
}
