using System.Management.Automation;
using PSBpf.Compile;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Compiles C sources to BPF objects, those that have changed.</summary>
[Cmdlet("Build", "BpfObject", SupportsShouldProcess = true)]
[OutputType(typeof(BpfObjectFile))]
public sealed class BuildBpfObject : BpfCmdlet
{
    private readonly HashSet<string> _written = [];

    /// <summary>C files, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The object to write, or a folder for the objects.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? OutputPath { get; set; }

    /// <summary>The compiler: a path, or a name on PATH.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClangCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Clang { get; set; }

    /// <summary>The instruction set.</summary>
    [Parameter]
    public BpfCpu Cpu { get; set; } = CompileOptions.Default.Cpu;

    /// <summary>How clang optimises.</summary>
    [Parameter]
    [Alias("OptimizationLevel")]
    public OptimizationLevel Optimize { get; set; } = CompileOptions.Default.Optimization;

    /// <summary>Folders with headers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Include { get; set; } = [];

    /// <summary>Macros: NAME or NAME=VALUE.</summary>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyCollection]
    public string[] Define { get; set; } = [];

    /// <summary>The machine whose registers and kernel types the program reads.</summary>
    [Parameter]
    public TargetArchitecture Architecture { get; set; } = CompileOptions.Default.Architecture;

    /// <summary>Further arguments for clang.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Argument { get; set; } = [];

    /// <summary>Take libbpf's and the kernel's headers where this machine has them installed, before PSBpf's own.</summary>
    [Parameter]
    public SwitchParameter SystemHeaders { get; set; }

    /// <summary>Compile also what has not changed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var source in ResolveFiles(Path, DiagnosticRules.SourceUnreadable)) Try(() => Build(source), source);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteProgress(new ProgressRecord(0, "Compiling", "Done") { RecordType = ProgressRecordType.Completed });

    private void Build(string source)
    {
        var output = Output(source);
        if (!_written.Add(output))
            throw DiagnosticRules.ObjectUnwritable.Error($"'{output}' was written from another source already.", action: "Name a folder with -OutputPath when there are several sources.");
        if (!ShouldProcess(source, $"Compile to {output}")) return;
        WriteProgress(new ProgressRecord(0, "Compiling", source));
        var result = BpfObjectFile.Build(source, Options(output), Cancellation);
        foreach (var warning in result.Warnings) WriteWarning(ErrorRecords.Text(warning, Location));
        WriteObject(result);
    }

    private string Output(string source)
    {
        var name = System.IO.Path.ChangeExtension(System.IO.Path.GetFileName(source), ".o");
        if (OutputPath is null) return System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source)!, name);
        var path = GetUnresolvedProviderPathFromPSPath(OutputPath);
        return Directory.Exists(path) || OutputPath.EndsWith('/') || OutputPath.EndsWith('\\') ? System.IO.Path.Combine(path, name) : path;
    }

    private CompileOptions Options(string output) => new()
    {
        Clang = Clang is not null && Clang.AsSpan().ContainsAny('/', '\\') ? GetUnresolvedProviderPathFromPSPath(Clang) : Clang,
        Cpu = Cpu,
        Optimization = Optimize,
        Architecture = Architecture,
        Include = [.. Include.Select(GetUnresolvedProviderPathFromPSPath)],
        Define = Define,
        Arguments = Argument,
        SystemHeaders = SystemHeaders,
        OutputPath = output,
        Force = Force,
    };
}
