using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Asks a verifier about programs, loaded or in an object file, and explains a refusal. Loads nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BpfProgram", DefaultParameterSetName = PathSet)]
[OutputType(typeof(BpfVerification), ParameterSetName = [PathSet, ProgramSet])]
[OutputType(typeof(bool))]
[OutputType(typeof(VerificationHeat))]
[OutputType(typeof(VerificationAdvice))]
[OutputType(typeof(string))]
public sealed class TestBpfProgram : BpfCmdlet
{
    private const string PathSet = "Path";
    private const string ProgramSet = "Program";
    private const int WholeLog = 2;

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
    public ProgramType? Type { get; set; }

    /// <summary>A file with the types of the kernel that the programs are for: raw BTF, or ELF with a .BTF section.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Btf { get; set; }

    /// <summary>Whose verifier judges; for a loaded program the kernel that holds it when left out.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <summary>Verifier log level as in bpf(2): 1 the path taken, 2 every state; 4 adds statistics.</summary>
    [Parameter]
    [Alias("Log")]
    [ValidateRange(0, 7)]
    public int LogLevel { get; set; }

    /// <summary>A file that the log is written to as it grows; level 2 when -LogLevel is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>Give in place of the report what each line of source took the managed verifier, the most first.</summary>
    [Parameter]
    public SwitchParameter Heatmap { get; set; }

    /// <summary>Give in place of the report what could be better in programs that are accepted; what is refused comes as its report.</summary>
    [Parameter]
    public SwitchParameter Advise { get; set; }

    /// <summary>A version of Linux, as 5.15 or as uname -r says it: what uses features that it lacks is refused. Quote it in hashtables: 5.10 is the number 5.1.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(KernelVersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? KernelVersion { get; set; }

    /// <summary>Values of global variables, each a set to judge the programs with.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNull]
    public System.Collections.IDictionary[] Variable { get; set; } = [];

    /// <summary>What to give: the reports, or all of them as one text in SARIF 2.1.0.</summary>
    [Parameter]
    public VerificationOutput As { get; set; }

    /// <summary>Give true or false in place of the report: whether every program is accepted.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private readonly List<BpfVerification> _reports = [];
    private StreamWriter? _log;
    private Version? _version;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (NotTold(Kernel ?? BpfKernelKind.Managed) is { } untold) Stop(untold, BpfKernelKind.Linux);
        _version = KernelVersion is null ? null : ReadVersion(KernelVersion);
        if (LogPath is null) return;
        if (LogLevel == 0) LogLevel = WholeLog;
        try
        {
            _log = new StreamWriter(ResolveFile(LogPath));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Stop(DiagnosticRules.LogFile.At($"The log '{LogPath}' cannot be written: {exception.Message}", new DiagnosticLocation { File = LogPath }), LogPath);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (As == VerificationOutput.Sarif && !Quiet)
            WriteObject(SarifReport.Write(_reports, typeof(TestBpfProgram).Assembly.GetName().Version!.ToString(3), Location ?? Environment.CurrentDirectory));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _log?.Dispose();
        base.Dispose(disposing);
    }

    private Version? ReadVersion(string text)
    {
        if (KernelReleases.TryParse(text, out var version) && version >= KernelReleases.Oldest && version <= KernelReleases.Newest) return version;
        string what = version is null ? $"'{text}' is no version of Linux." : $"Linux {version} is not in the tables, which go from {KernelReleases.Oldest} to {KernelReleases.Newest}.";
        Stop(DiagnosticRules.OptionValue.At(what, action: "Pass major and minor number, e.g. -KernelVersion 5.15, or what 'uname -r' says."), text);
        return null;
    }

    private void Stop(BpfDiagnostic diagnostic, object target) => ThrowTerminatingError(ErrorRecords.From(diagnostic, null, target, Location));

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

    // A loaded program or the session's option may ask the Linux kernel as well as -Kernel.
    private BpfDiagnostic? NotTold(BpfKernelKind kernel)
    {
        if (kernel != BpfKernelKind.Linux) return null;
        if (Heatmap) return DiagnosticRules.NotToldByKernel.At("The Linux kernel does not say what each line took its verifier.");
        return Advise ? DiagnosticRules.NotToldByKernel.At("The Linux kernel gives no advice.") : null;
    }

    private BpfVerification Verify(BpfProgram program) => Session.Verify(program, Options(Kernel ?? program.Kernel), Cancellation);

    private List<BpfVerification> Verify(string file)
    {
        var options = Options(Kernel ?? Session.Options.Kernel) with { Name = Name, Type = Type, Btf = Btf is null ? null : ResolveFile(Btf) };
        if (Variable.Length == 0) return [.. Session.Verify(file, options, Cancellation)];
        var reports = new List<BpfVerification>();
        foreach (var set in Variable)
        {
            var values = new Dictionary<string, object?>();
            foreach (System.Collections.DictionaryEntry entry in set) values[entry.Key.ToString() ?? ""] = Values.FromPowerShell(entry.Value);
            reports.AddRange(Session.Verify(file, options with { Variables = values }, Cancellation).Select(report => report with { Variables = values }));
        }

        return reports;
    }

    private ImportOptions Options(BpfKernelKind kernel) => NotTold(kernel) is { } untold
        ? throw new BpfException(untold)
        : new() { Kernel = kernel, LogLevel = LogLevel, LogWriter = _log, Heatmap = Heatmap, Advise = Advise, KernelVersion = _version };

    // An object that cannot be read, or a kernel that cannot be asked, is an error; with -Quiet it is also "no".
    private void Report(Func<IReadOnlyList<BpfVerification>> verify, string target)
    {
        IReadOnlyList<BpfVerification> reports = [];
        var asked = Try(() => reports = verify(), target);
        if (Quiet) WriteObject(asked && reports.All(report => report.Accepted));
        else if (As == VerificationOutput.Sarif) _reports.AddRange(reports);
        else if (Advise)
        {
            WriteObject(reports.Where(report => !report.Accepted), enumerateCollection: true);
            WriteObject(reports.SelectMany(report => report.Advice), enumerateCollection: true);
        }
        else if (Heatmap) WriteObject(reports.SelectMany(report => report.Heatmap.OrderByDescending(line => line.Processed)), enumerateCollection: true);
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
