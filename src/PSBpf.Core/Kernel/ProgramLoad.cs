namespace PSBpf.Kernel;

/// <summary>How to load a program.</summary>
public sealed record ProgramLoadOptions
{
    /// <summary>No log, keep the program.</summary>
    public static ProgramLoadOptions Default { get; } = new();

    /// <summary>Verifier log level as in bpf(2): 0 none, 1 the path taken, 2 every state; 4 adds statistics.</summary>
    public int LogLevel { get; init; }

    /// <summary>Where the log goes as it is written; null to return it in the report.</summary>
    public TextWriter? LogWriter { get; init; }

    /// <summary>Count what each line of source takes: <see cref="BpfVerification.Heatmap"/>. The Linux kernel does not say.</summary>
    public bool Heatmap { get; init; }

    /// <summary>Look for what could be better: <see cref="BpfVerification.Advice"/>. The Linux kernel gives none.</summary>
    public bool Advise { get; init; }

    /// <summary>Judge only: <see cref="ProgramLoadResult.Program"/> is null even on acceptance.</summary>
    public bool VerifyOnly { get; init; }

    /// <summary>Largest number of instructions the verifier may process; 0 for the kernel's million. The Linux kernel ignores it.</summary>
    public int InstructionBudget { get; init; }
}

/// <summary>The verdict, and the loaded program when it was accepted and can be run.</summary>
/// <param name="Verification">The verifier's report.</param>
/// <param name="Program">The live program; null on refusal, when it is not runnable here, and with <see cref="ProgramLoadOptions.VerifyOnly"/>.</param>
public sealed record ProgramLoadResult(BpfVerification Verification, IKernelProgram? Program);
