namespace PSBpf.Compile;

/// <summary>How to compile a source file for BPF.</summary>
public sealed record CompileOptions
{
    /// <summary>clang as it is found, for instruction set v3, with -O2.</summary>
    public static CompileOptions Default { get; } = new();

    /// <summary>The compiler: a path or a name on PATH; null for what PSBPF_CLANG says, or the newest clang that fits.</summary>
    public string? Clang { get; init; }

    /// <summary>The instruction set; v3 is the newest that every supported clang writes and that every kernel from 5.12 on runs.</summary>
    public BpfCpu Cpu { get; init; } = BpfCpu.V3;

    /// <summary>How it optimises.</summary>
    public OptimizationLevel Optimization { get; init; } = OptimizationLevel.O2;

    /// <summary>The machine that tracing programs will run on.</summary>
    public TargetArchitecture Architecture { get; init; } = TargetArchitectures.Current;

    /// <summary>Folders that are searched for headers before all others; full paths.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Macros: <c>NAME</c> or <c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Define { get; init; } = [];

    /// <summary>Further arguments for clang, as they are.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether the machine's headers (libbpf-dev, kernel headers) go before those of PSBpf; else they serve only for files that PSBpf has not.</summary>
    public bool SystemHeaders { get; init; }

    /// <summary>The folder of PSBpf's headers; null for the one that lies beside the module's binaries.</summary>
    public string? HeaderFolder { get; init; }

    /// <summary>The object to write; null for the source's name with <c>.o</c> for <c>.c</c>, beside the source.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Compile even where nothing has changed.</summary>
    public bool Force { get; init; }
}
