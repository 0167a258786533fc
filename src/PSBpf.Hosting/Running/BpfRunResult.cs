using PSBpf.Kernel;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>What a run of a program gave.</summary>
public sealed record BpfRunResult
{
    /// <summary>The program's name.</summary>
    public required string Program { get; init; }

    /// <summary>The hook that ran it, e.g. <c>xdp:eth0</c>; empty when it was run by itself.</summary>
    public string Hook { get; init; } = "";

    /// <summary>The packet's number in its capture or pipeline, from 1.</summary>
    public long Number { get; init; } = 1;

    /// <summary>When the packet was captured; null when it comes from no capture.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>R0 as the program's C type has it: a signed 32-bit number.</summary>
    public required int ReturnValue { get; init; }

    /// <summary>The name of <see cref="ReturnValue"/>, e.g. <c>XDP_DROP</c>; the number where the type names none.</summary>
    public required string Verdict { get; init; }

    /// <summary>Where the packet goes when the verdict is to redirect it, e.g. <c>eth1</c>; null otherwise.</summary>
    public string? RedirectedTo { get; init; }

    /// <summary>The packet after the run.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>The context after the run, in its UAPI layout; empty when the type gives none back.</summary>
    public byte[] Context { get; init; } = [];

    /// <summary>Mean nanoseconds of one run, without compiling, packet reset and marshalling.</summary>
    public double DurationNanoseconds { get; init; }

    /// <summary>How often it ran.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>What the program printed, line by line.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>What became of the packet where it was redirected to: the programs of DEVMAP and CPUMAP entries that it went through at a hook.</summary>
    public IReadOnlyList<ForwardResult> Forwarded { get; init; } = [];

    /// <summary>Which kernel ran it.</summary>
    public BpfKernelKind Kernel { get; init; }

    internal static BpfRunResult From(BpfProgram program, TestRunResult result, int runs)
    {
        var value = unchecked((int)result.ReturnValue);
        return new()
        {
            Program = program.Name,
            ReturnValue = value,
            Verdict = ProgramTypeTable.Get(program.Type).VerdictOf(value),
            Data = result.Data,
            Context = result.Context,
            DurationNanoseconds = result.DurationNanoseconds,
            Runs = runs,
            Output = result.Output,
            Kernel = program.Kernel,
        };
    }

    internal static BpfRunResult From(HookName hook, HookResult result) => new()
    {
        Program = result.Program.Spec.Name,
        Hook = hook.ToString(),
        ReturnValue = result.ReturnValue,
        Verdict = result.Verdict,
        RedirectedTo = result.Redirect?.ToString(),
        Data = result.Data,
        Context = result.Context,
        DurationNanoseconds = result.DurationNanoseconds,
        Output = result.Output,
        Forwarded = result.Forwarded,
        Kernel = BpfKernelKind.Managed,
    };
}
