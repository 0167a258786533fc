using PSBpf.Compile;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>An object file that was compiled, or that was up to date.</summary>
public sealed class BpfObjectFile
{
    private readonly CompiledObject _compiled;

    // Arrays: PowerShell finds no index on the lists that a compiler makes up.
    private BpfObjectFile(CompiledObject compiled)
    {
        _compiled = compiled;
        Programs = compiled.Programs.ToArray();
        Maps = compiled.Maps.ToArray();
        Dependencies = compiled.Dependencies.ToArray();
        Warnings = compiled.Warnings.ToArray();
    }

    /// <summary>The object file; Import-BpfProgram takes it.</summary>
    public string Path => _compiled.Path;

    /// <summary>The source file.</summary>
    public string Source => _compiled.Source;

    /// <summary>The compiler and its version, e.g. <c>clang 19.1.7</c>.</summary>
    public string Compiler => _compiled.Compiler.ToString();

    /// <summary>The compiler's executable.</summary>
    public string CompilerPath => _compiled.Compiler.Path;

    /// <summary>The instruction set.</summary>
    public BpfCpu Cpu => _compiled.Cpu;

    /// <summary>Whether there was nothing to do: source, headers, compiler and options are those that the object came from.</summary>
    public bool UpToDate => _compiled.UpToDate;

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => _compiled.Duration;

    /// <summary>Names of the programs in file order.</summary>
    public IReadOnlyList<string> Programs { get; }

    /// <summary>Names of the maps that it declares.</summary>
    public IReadOnlyList<string> Maps { get; }

    /// <summary>The source and every header that went into it.</summary>
    public IReadOnlyList<string> Dependencies { get; }

    /// <summary>What the compiler warned about.</summary>
    public IReadOnlyList<BpfDiagnostic> Warnings { get; }

    /// <summary>Compiles a source, unless its object is up to date.</summary>
    /// <param name="source">The source file.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Ends the compiler; no object is written.</param>
    /// <exception cref="BpfException">BPF0502 with all that the compiler found wrong; BPF0501 when there is no compiler.</exception>
    public static BpfObjectFile Build(string source, CompileOptions? options = null, CancellationToken cancellation = default) =>
        new(ObjectCompiler.Compile(source, options, cancellation));

    /// <summary>The object's path.</summary>
    public override string ToString() => Path;
}
