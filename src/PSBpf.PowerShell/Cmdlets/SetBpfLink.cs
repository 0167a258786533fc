using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Puts another program into a link, in one step.</summary>
[Cmdlet(VerbsCommon.Set, "BpfLink", SupportsShouldProcess = true)]
[OutputType(typeof(BpfLink))]
public sealed class SetBpfLink : BpfCmdlet
{
    /// <summary>The link, by object or id, or by the name of its program or hook.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [LinkArgument]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public LinkReference[] Link { get; set; } = [];

    /// <summary>The program to run from now on.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference Program { get; set; } = null!;

    /// <summary>The program that the link must run now; otherwise nothing is changed.</summary>
    [Parameter]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference? Expected { get; set; }

    /// <summary>Give the link back.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Resolve([Program]).SingleOrDefault() is not { } program) return;
        BpfProgram? expected = null;
        if (Expected is not null && (expected = Resolve([Expected]).SingleOrDefault()) is null) return;
        foreach (var link in Resolve(Link))
        {
            if (!ShouldProcess($"{link} (id {link.Id})", $"Run {program.Name} (id {program.Id}) instead")) continue;
            Try(
                () =>
                {
                    link.Replace(program, expected);
                    if (PassThru) WriteObject(link);
                },
                link);
        }
    }
}
