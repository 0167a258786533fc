using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Isa;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Disassembles programs, loaded or in an object file, with the lines of C and the machine code that belong to them.</summary>
[Cmdlet(VerbsCommon.Get, "BpfInstruction", DefaultParameterSetName = ProgramSet)]
[OutputType(typeof(BpfInstruction))]
public sealed class GetBpfInstruction : BpfCmdlet
{
    private const string ProgramSet = "Program";
    private const string PathSet = "Path";

    /// <summary>Loaded programs.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProgramSet, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Object files, with wildcards; nothing is loaded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Names of the programs of the file, with wildcards; all when left out.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The program type, for section names that say none.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [TypeArgument]
    public ProgramType? Type { get; set; }

    /// <summary>Add the machine code.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public SwitchParameter Native { get; set; }

    /// <summary>How the text is written: as the kernel prints it, or in RFC 9669's mnemonics.</summary>
    [Parameter]
    public Notation Notation { get; set; }

    /// <summary>Run on these packets and count how often each instruction runs.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    [PacketArgument]
    public PacketInput? Packet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PathSet)
        {
            foreach (var file in ResolveFiles(Path, DiagnosticRules.ObjectUnreadable)) Try(() => List(file), file);
            return;
        }

        foreach (var program in Resolve(Program)) Try(() => List(program), program);
    }

    private void List(string file)
    {
        foreach (var program in BpfSession.ReadPrograms(file, new ImportOptions { Name = Name, Type = Type }))
            WriteObject(InstructionListing.Of(program, Notation), enumerateCollection: true);
    }

    private void List(BpfProgram program)
    {
        var listing = Native ? program.GetNativeInstructions(Notation) : program.GetInstructions(Notation);
        if (Native && !BpfProgram.CanDisassembleNative)
            WriteWarning($"Machine code of {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture} is shown as bytes: it is read on x86-64 only.");
        if (Packet is not null) listing = program.CountHits(Packet.Read(), listing, Cancellation);
        WriteObject(listing, enumerateCollection: true);
    }
}
