using System.Management.Automation;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>Stands in a new scope and runs the step that it was given; see <see cref="SpecScope"/>.</summary>
[Cmdlet(VerbsCommon.Enter, "PSBpfSpecScope")]
public sealed class EnterSpecScopeCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public object Step { get; set; } = null!;

    protected override void EndProcessing()
    {
        object step = Step is PSObject wrapped ? wrapped.BaseObject : Step;
        ((SpecStep)step).Action(this);
    }
}
