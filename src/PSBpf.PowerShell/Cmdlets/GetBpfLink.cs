using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Lists the links of the session.</summary>
[Cmdlet(VerbsCommon.Get, "BpfLink")]
[OutputType(typeof(BpfLink))]
public sealed class GetBpfLink : BpfCmdlet
{
    /// <summary>Links by id, or by the name of their program or hook, with wildcards; all when left out.</summary>
    [Parameter(Position = 0)]
    [Alias("Id")]
    [LinkArgument]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public LinkReference[] Link { get; set; } = [];

    /// <summary>Only links of these programs.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Only links on this hook.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HookCompleter))]
    public string? Hook { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var links = Link.Length == 0 ? Session.Links : Resolve(Link);
        var programs = Program.Length == 0 ? null : Resolve(Program).ToHashSet();
        foreach (var link in links)
        {
            if (programs is not null && !programs.Contains(link.GetProgram())) continue;
            if (Hook is not null && !link.Hook.Equals(Hook, StringComparison.Ordinal)) continue;
            WriteObject(link);
        }
    }
}
