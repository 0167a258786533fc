using PSBpf.Diagnostics;
using PSBpf.Objects;

namespace PSBpf.Kernel;

/// <summary>A verifier's report on one program: the output of Test-BpfProgram.</summary>
public sealed record BpfVerification
{
    /// <summary>The object file; null for programs that came from memory.</summary>
    public string? Path { get; init; }

    /// <summary>The program's ELF section.</summary>
    public string Section { get; init; } = "";

    /// <summary>The program's name.</summary>
    public required string Name { get; init; }

    /// <summary>The verifier's judgement, whatever the engine can run.</summary>
    public required bool Accepted { get; init; }

    /// <summary>Whether this kernel implements everything the program uses.</summary>
    public bool Runnable { get; init; }

    /// <summary>What it uses that this kernel does not implement, by name.</summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    /// <summary>The values of global variables that it was judged with, where they were given.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Bytes of stack of the deepest call chain.</summary>
    public int StackDepth { get; init; }

    /// <summary>The refusal in the kernel's own wording, as its log's last line has it; empty on acceptance.</summary>
    public string Message { get; init; } = "";

    /// <summary>The refusal in plain words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where the refusal happened.</summary>
    public VerificationPoint? At { get; init; }

    /// <summary>The steps that led to it, oldest first.</summary>
    public IReadOnlyList<VerificationPoint> CausalPath { get; init; } = [];

    /// <summary>What to write instead.</summary>
    public string Suggestion { get; init; } = "";

    /// <summary>Id of the rule that refused it, <c>BPFnnnn</c>; empty on acceptance.</summary>
    public string RuleId { get; init; } = "";

    /// <summary>Name of that rule, e.g. <c>packet-bounds</c>.</summary>
    public string RuleName { get; init; } = "";

    /// <summary>Instructions that the verifier stepped through, over all paths.</summary>
    public int ProcessedInstructions { get; init; }

    /// <summary>Most states it held at once.</summary>
    public int PeakStates { get; init; }

    /// <summary>How long the verifier took; of kernels that do not say, how long loading took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What each line of source took, in the order of the program, if that was asked for or the program was too complex.</summary>
    public IReadOnlyList<VerificationHeat> Heatmap { get; init; } = [];

    /// <summary>What could be better in a program that was accepted, if that was asked for.</summary>
    public IReadOnlyList<VerificationAdvice> Advice { get; init; } = [];

    /// <summary>The log, as far as one was asked for.</summary>
    public string Log { get; init; } = "";

    /// <summary>What the kernel did not take along although it judged the program: its type information (BPF3007).</summary>
    public IReadOnlyList<BpfDiagnostic> Warnings { get; init; } = [];

    /// <summary>
    /// Instruction slots of an accepted program that no path leads to, ascending: what it leaves to other configurations and kernels. Empty where the kernel does not say.
    /// </summary>
    public IReadOnlyList<int> Unreached { get; init; } = [];

    /// <summary>What the program uses that not every version of Linux has, the newest first.</summary>
    public IReadOnlyList<KernelFeature> KernelFeatures { get; init; } = [];

    /// <summary>The first version of Linux that has all of <see cref="KernelFeatures"/> that nothing stands in for; null when every one has.</summary>
    public Version? RequiredKernel { get; init; }

    /// <summary>The version of Linux that the features were compared with; null when none was named.</summary>
    public Version? KernelVersion { get; init; }

    /// <summary>Whose verifier it was.</summary>
    public required BpfKernelKind Kernel { get; init; }
}

/// <summary>A place in a program and what is to be said of it.</summary>
/// <param name="Instruction">Index of the instruction slot.</param>
/// <param name="Text">The instruction in the kernel's notation.</param>
/// <param name="Source">The C position; null without line information.</param>
/// <param name="Note">What is known or lost here, e.g. <c>r3 = data + 14, 0 bytes proven after it</c>.</param>
public sealed record VerificationPoint(int Instruction, string Text, SourceLocation? Source, string Note)
{
    /// <summary>What was known of the same thing before the instruction; empty where that is not told.</summary>
    public string Before { get; init; } = "";

    /// <summary>The C position, or the instruction where there is none.</summary>
    public override string ToString() => Source?.ToString() ?? $"instruction {Instruction}";
}
