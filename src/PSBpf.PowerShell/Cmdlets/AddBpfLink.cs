using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Runtime.Hooks;

namespace PSBpf.PowerShell;

/// <summary>Attaches a program to a hook.</summary>
[Cmdlet(VerbsCommon.Add, "BpfLink", SupportsShouldProcess = true)]
[OutputType(typeof(BpfLink))]
public sealed class AddBpfLink : BpfCmdlet
{
    /// <summary>The program, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>The hook, as type:target; when left out, the one that the program's section names.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(NewHookCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Hook { get; set; }

    /// <summary>Take the place of what is there: of the hook's only program, or at a TC hook of the filter with the same priority.</summary>
    [Parameter]
    public SwitchParameter Replace { get; set; }

    /// <summary>The order among programs of the hook, smallest first; at a TC hook the priority of a filter, and 0 for a tcx program, which run before filters.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Priority { get; set; }

    /// <summary>The link to run just before.</summary>
    [Parameter]
    [LinkArgument]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public LinkReference? Before { get; set; }

    /// <summary>The link to run just after.</summary>
    [Parameter]
    [LinkArgument]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public LinkReference? After { get; set; }

    /// <summary>At an XDP hook: the verdicts after which the next program of the hook runs, as in libxdp's dispatcher. Programs attached so share the hook.</summary>
    [Parameter]
    [ValidateSet("XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT")]
    public string[]? ChainOn { get; set; }

    /// <summary>In a cgroup: what the program means for the cgroups below.</summary>
    [Parameter]
    public CgroupMode Mode { get; set; }

    /// <summary>Flags as the hook's UAPI has them; kept with the link.</summary>
    [Parameter]
    public uint Flags { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryResolve(Before, out var before) || !TryResolve(After, out var after)) return;
        var options = new AttachOptions { Replace = Replace, Priority = Priority, Flags = Flags, Mode = Mode, ChainOn = ChainOn, Before = before, After = after };
        foreach (var program in Resolve(Program))
        {
            string hook = Hook ?? BpfSession.HookOf(program) ?? "its hook";
            if (ShouldProcess($"{program.Name} (id {program.Id})", $"Attach to {hook}")) Try(() => WriteObject(Session.Attach(program, Hook, options)), program);
        }
    }

    // One that is named and not found was reported.
    private bool TryResolve(LinkReference? reference, out BpfLink? link)
    {
        link = reference is null ? null : Resolve([reference]).SingleOrDefault();
        return reference is null || link is not null;
    }
}
