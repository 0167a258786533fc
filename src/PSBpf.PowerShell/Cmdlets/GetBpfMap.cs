using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Lists the maps of the session, or all that a kernel holds.</summary>
[Cmdlet(VerbsCommon.Get, "BpfMap")]
[OutputType(typeof(BpfMap))]
public sealed class GetBpfMap : BpfCmdlet
{
    /// <summary>Maps by name, with wildcards, or by id; all when left out.</summary>
    [Parameter(Position = 0)]
    [Alias("Name", "Id")]
    [MapArgument]
    [ArgumentCompleter(typeof(KernelMapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>Only maps that these programs use.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Only maps of this type.</summary>
    [Parameter]
    [TypeArgument]
    public MapType? Type { get; set; }

    /// <summary>All maps that this kernel holds, whoever made them; those of the session when left out. Maps of others can be read.</summary>
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

        var maps = Map.Length == 0 ? Session.Maps : Resolve(Map);
        var used = Program.Length == 0 ? null : Resolve(Program).SelectMany(program => program.GetMaps()).ToHashSet();
        foreach (var map in maps)
            if ((Type is null || map.Type == Type) && used?.Contains(map) != false) WriteObject(map);
    }

    // An id is that of the session for its own maps, the kernel's for those of others.
    private void WriteKernel(BpfKernelKind kernel)
    {
        var used = Program.Length == 0 ? null : Resolve(Program).SelectMany(program => program.GetMaps()).Select(map => map.KernelId).ToHashSet();
        var own = Session.Maps.Where(map => map.Kernel == kernel).ToArray();
        var wanted = Map.Select(reference => reference.ToSelector()).ToArray();
        var foreign = Session.FindForeignMaps(kernel, status => IsWanted(status.Id, status.Id, status.Name, status.Type));
        foreach (var selector in wanted)
        {
            if (selector.MayBeNothing || own.Any(map => selector.Means(map.Id, map.Name)) || foreign.Any(map => selector.Means(map.Id, map.Name))) continue;
            WriteError(ErrorRecords.From(DiagnosticRules.NameNotFound.At($"There is no map '{selector}' in the {kernel} kernel."), null, selector.ToString(), Location));
        }

        foreach (var map in own)
            if (IsWanted(map.Id, map.KernelId, map.Name, map.Type)) WriteObject(map);
        foreach (var map in foreign) WriteObject(map);

        bool IsWanted(int id, int kernelId, string name, MapType type) =>
            (Type is null || type == Type) && used?.Contains(kernelId) != false && (wanted.Length == 0 || wanted.Any(selector => selector.Means(id, name)));
    }
}
