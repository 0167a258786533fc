using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;

namespace PSBpf.Hosting;

public sealed partial class BpfProgram
{
    /// <summary>Whether <see cref="GetNativeInstructions"/> reads machine code on this machine, and not only shows its bytes: on x86-64.</summary>
    public static bool CanDisassembleNative => NativeListing.CanDisassemble;

    /// <summary>Its instructions, with the lines of C that they come from.</summary>
    /// <param name="notation">How their text is written.</param>
    public IReadOnlyList<BpfInstruction> GetInstructions(Notation notation = Notation.Kernel) => InstructionListing.Of(Spec, notation);

    /// <summary>Its instructions with the machine code that they were compiled to.</summary>
    /// <param name="notation">How their text is written.</param>
    /// <exception cref="BpfException">BPF4010 when there is none, BPF4009 when the disassembler is not there.</exception>
    public IReadOnlyList<BpfInstruction> GetNativeInstructions(Notation notation = Notation.Kernel)
    {
        // A program that nothing has run yet is not compiled yet.
        if (KernelProgram is ManagedProgram managed && Session.Options.Jit == JitMode.Debug) managed.Compile();
        var code = KernelProgram.NativeCode;
        if (code.Count == 0) throw NoNativeCode();
        return NativeListing.Add(GetInstructions(notation), code, CanDisassembleNative ? Adapters.Disassembly.Get("Machine code") : new ByteListing());
    }

    /// <summary>Its instructions with how often each of them ran on some packets.</summary>
    /// <param name="packets">The packets; the program runs once on each.</param>
    /// <param name="listing">The instructions to count.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <exception cref="BpfException">BPF4006 for a program in the Linux kernel, which does not show what it executes.</exception>
    public IReadOnlyList<BpfInstruction> CountHits(IEnumerable<byte[]> packets, IReadOnlyList<BpfInstruction> listing, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(packets);
        ArgumentNullException.ThrowIfNull(listing);
        var program = Watchable();
        var hits = new long[InstructionCount];
        foreach (var packet in packets) program.CountHits(new TestRunRequest { Data = packet }, hits, cancellation);
        return [.. listing.Select(instruction => instruction with { Hits = hits[instruction.Index] })];
    }

    /// <summary>Runs it once on a packet and tells what each instruction did.</summary>
    /// <param name="packet">The packet's bytes.</param>
    /// <param name="options">The context; how often and how to run is not looked at.</param>
    /// <param name="limit">How many instructions to tell of; the program runs on to its end.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <exception cref="BpfException">BPF4006 for a program in the Linux kernel, which does not show what it executes; BPF2104 for input that does not fit.</exception>
    public BpfTrace Trace(ReadOnlyMemory<byte> packet, RunOptions? options = null, int limit = BpfTrace.DefaultLimit, CancellationToken cancellation = default)
    {
        var context = Prepare(options ?? RunOptions.Default, packet.Length);
        var trace = Watchable().Trace(new TestRunRequest { Data = packet, Context = context.Bytes }, context.Memory, limit, cancellation);
        return new BpfTrace
        {
            Steps = trace.Steps,
            Executed = trace.Executed,
            Result = trace.Result is { } result ? BpfRunResult.From(this, result, 1) : null,
            Fault = trace.Fault,
        };
    }

    private ManagedProgram Watchable() => KernelProgram as ManagedProgram ?? throw DiagnosticRules.WrongKind.Error(
        $"Program '{Name}' (id {Id}) is in the {Kernel} kernel, which does not show what it executes.",
        new DiagnosticLocation { Program = Name }, "Import it without -Kernel to watch it in the managed engine.");

    private BpfException NoNativeCode() => Kernel == BpfKernelKind.Linux
        ? DiagnosticRules.NoNativeCode.Error(
            $"The Linux kernel shows no machine code of program '{Name}' (id {Id}): its JIT compiler is off, or this process may not see it.",
            new DiagnosticLocation { Program = Name }, "Run as root, with 1 in /proc/sys/net/core/bpf_jit_enable and 0 or 1 in /proc/sys/kernel/kptr_restrict.")
        : DiagnosticRules.NoNativeCode.Error(
            $"There is no machine code of program '{Name}' (id {Id}) to show: it is interpreted, or its machine code was not kept.", new DiagnosticLocation { Program = Name });
}
