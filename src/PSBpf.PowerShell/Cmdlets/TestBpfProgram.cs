using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Asks a verifier about programs, loaded or in an object file, and explains a refusal. Loads nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BpfProgram", DefaultParameterSetName = PathSet)]
[OutputType(typeof(BpfVerification), ParameterSetName = [PathSet, ProgramSet])]
[OutputType(typeof(bool))]
public sealed class TestBpfProgram : BpfCmdlet
{
    private const string PathSet = "Path";
    private const string ProgramSet = "Program";

    /// <summary>Object files, with wildcards; a text that is no file's name may be a loaded program's.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ArgumentCompleter(typeof(PathOrProgramCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Loaded programs.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProgramSet, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Names of the programs to judge, with wildcards; all when left out.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The program type, for section names that say none.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [TypeArgument]
    public Uapi.ProgramType? Type { get; set; }

    /// <summary>A file with the types of the kernel that the programs are for: raw BTF, or ELF with a .BTF section.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Btf { get; set; }

    /// <summary>Whose verifier judges; for a loaded program the kernel that holds it when left out.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <summary>Verifier log level as in bpf(2): 1 the path taken, 2 every state; 4 adds statistics.</summary>
    [Parameter]
    [ValidateRange(0, 7)]
    public int LogLevel { get; set; }

    /// <summary>Give true or false in place of the report: whether every program is accepted.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ProgramSet)
        {
            foreach (var program in Resolve(Program)) Report(() => [Verify(program)], program.Name);
            return;
        }

        foreach (var path in Path)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(path) && !IsFile(path) && LoadedProgram(path) is { } program)
                Report(() => [Verify(program)], path);
            else
                foreach (var file in ResolveFiles([path], DiagnosticRules.ObjectUnreadable)) Report(() => Verify(file), file);
        }
    }

    private BpfVerification Verify(BpfProgram program) => Session.Verify(program, Kernel ?? program.Kernel, LogLevel, Cancellation);

    private IReadOnlyList<BpfVerification> Verify(string file) =>
        Session.Verify(
            file,
            new ImportOptions { Name = Name, Type = Type, Kernel = Kernel ?? Session.Options.Kernel, LogLevel = LogLevel, Btf = Btf is null ? null : ResolveFile(Btf) },
            Cancellation);

    // An object that cannot be read, or a kernel that cannot be asked, is an error; with -Quiet it is also "no".
    private void Report(Func<IReadOnlyList<BpfVerification>> verify, string target)
    {
        IReadOnlyList<BpfVerification> reports = [];
        var asked = Try(() => reports = verify(), target);
        if (Quiet) WriteObject(asked && reports.All(report => report.Accepted));
        else WriteObject(reports, enumerateCollection: true);
    }

    private bool IsFile(string path)
    {
        try
        {
            return File.Exists(SessionState.Path.GetUnresolvedProviderPathFromPSPath(path));
        }
        catch (Exception exception) when (exception is ProviderNotFoundException or System.Management.Automation.DriveNotFoundException)
        {
            return false;
        }
    }

    private static BpfProgram? LoadedProgram(string text)
    {
        var named = Session.FindPrograms(text);
        return named.Count > 0 ? Session.GetProgram(text) : null;
    }
}
