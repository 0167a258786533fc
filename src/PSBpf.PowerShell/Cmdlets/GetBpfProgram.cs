using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Lists the programs of the session, or all that a kernel holds.</summary>
[Cmdlet(VerbsCommon.Get, "BpfProgram")]
[OutputType(typeof(BpfProgram), typeof(BpfKernelProgram))]
public sealed class GetBpfProgram : BpfCmdlet
{
    /// <summary>Programs by name, with wildcards, or by id; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [ProgramArgument]
    [ArgumentCompleter(typeof(KernelProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Only programs of this type.</summary>
    [Parameter]
    [TypeArgument]
    public ProgramType? Type { get; set; }

    /// <summary>All programs that this kernel holds, whoever loaded them; those of the session when left out.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Kernel is { } kernel)
        {
            Try(() => WriteKernel(kernel), null);
            return;
        }

        var programs = Program.Length == 0 ? Session.Programs : Resolve(Program);
        foreach (var program in programs)
            if (Type is null || program.Type == Type) WriteObject(program);
    }

    // An id is that of the session for its own programs, the kernel's for those of others.
    private void WriteKernel(BpfKernelKind kernel)
    {
        var own = Session.Programs.Where(program => program.Kernel == kernel).ToArray();
        var foreign = Session.FindForeignPrograms(kernel);
        var wanted = Program.Select(reference => reference.ToSelector()).ToArray();
        foreach (var selector in wanted)
        {
            if (selector.MayBeNothing || own.Any(program => selector.Means(program.Id, program.Name)) || foreign.Any(program => selector.Means(program.Id, program.Name))) continue;
            WriteError(ErrorRecords.From(DiagnosticRules.NameNotFound.At($"There is no program '{selector}' in the {kernel} kernel."), null, selector.ToString(), Location));
        }

        foreach (var program in own)
            if (IsWanted(program.Id, program.Name, program.Type)) WriteObject(program);
        foreach (var program in foreign)
            if (IsWanted(program.Id, program.Name, program.Type)) WriteObject(program);

        bool IsWanted(int id, string name, ProgramType type) =>
            (Type is null || type == Type) && (wanted.Length == 0 || wanted.Any(selector => selector.Means(id, name)));
    }
}
