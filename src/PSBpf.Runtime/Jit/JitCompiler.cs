using System.Diagnostics;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSBpf.Kernel;
using PSBpf.Runtime.Jit.Emit;
using PSBpf.Runtime.Jit.Flow;

namespace PSBpf.Runtime.Jit;

/// <summary>Compiles programs: BPF to IL, in methods small enough for the machine's compiler to optimise.</summary>
internal static class JitCompiler
{
    /// <summary>Compiles a program.</summary>
    /// <exception cref="NotCompilableException">It uses what only the interpreter executes.</exception>
    public static CompiledProgram Compile(JitInput input, bool keepNativeCode = false)
    {
        long start = Stopwatch.GetTimestamp();
        var functions = FunctionGraph.Build(input);
        var methods = new ProgramMethods(input, functions);
        try
        {
            var pieces = Cut(input, functions, methods);
            foreach (var (piece, name) in pieces) methods.Define(name, piece);
            var compiled = new List<CompiledMethod>(pieces.Count);
            foreach (var (piece, name) in pieces)
            {
                var listing = keepNativeCode ? new List<IntermediateLine>() : null;
                var il = new IlWriter(piece.Method.GetILGenerator(), listing);
                bool whole = pieces.Count(other => ReferenceEquals(other.Piece.Function, piece.Function)) == 1;
                var emitter = new MethodEmitter(input, methods, piece, il, whole ? StackLocals.Of(input, piece.Function, il) : StackLocals.None);
                emitter.Emit();
                compiled.Add(new CompiledMethod(name, emitter.Cost, piece.Method, emitter.Slots) { Intermediate = listing ?? [] });
            }

            // What is called is compiled before what calls it, so that calls lead straight there.
            using var listener = keepNativeCode ? new NativeCodeListener() : null;
            for (int index = compiled.Count - 1; index >= 0; index--) RuntimeHelpers.PrepareMethod(HandleOf(compiled[index].Method));
            return new CompiledProgram(pieces[0].Piece.Method, HandleOf(pieces[0].Piece.Method).GetFunctionPointer(), compiled, methods.Handles, input.Checked)
            {
                Duration = Stopwatch.GetElapsedTime(start),
                NativeCode = listener?.Collect(compiled) ?? [],
            };
        }
        catch
        {
            methods.Free();
            throw;
        }
    }

    private static List<(Piece Piece, string Name)> Cut(JitInput input, List<FunctionGraph> functions, ProgramMethods methods)
    {
        var all = new List<(Piece, string)>();
        foreach (var function in functions)
        {
            var measure = new MethodEmitter(input, methods, null, new IlWriter(null), StackLocals.None);
            var pieces = PieceCutter.Cut(function, measure.Measure, BudgetOf(input.LargestPiece));
            string name = function.Entry == 0 ? input.Name : $"{input.Name}+{function.Entry}";
            for (int index = 0; index < pieces.Count; index++) all.Add((pieces[index], index == 0 ? name : $"{name}.{index}"));
        }

        return all;
    }

    // An instruction uses about four locals, so a piece has about as many instructions as was asked for.
    private static IlCost BudgetOf(int largestPiece) => largestPiece > 0 ? IlCost.Budget with { LocalReferences = 4 * largestPiece } : IlCost.Budget;

    // A method's handle is what PrepareMethod takes; getting it finishes the method.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetMethodDescriptor")]
    private static extern RuntimeMethodHandle HandleOf(DynamicMethod method);
}
