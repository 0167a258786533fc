using System.Management.Automation;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>Describe and Context: a named block of tests, once or once for each item of -ForEach.</summary>
public abstract class BlockCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock Fixture { get; set; } = null!;

    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object? ForEach { get; set; }

    [Parameter]
    public SwitchParameter Skip { get; set; }

    protected override void EndProcessing()
    {
        SpecRun run = SpecRun.Current;
        SpecBlock parent = SpecRun.BlockFor(this);
        ForEachData.RefuseParameters(Fixture, Name);
        bool hasData = MyInvocation.BoundParameters.ContainsKey(nameof(ForEach));
        foreach (object? item in hasData ? ForEachData.Items(ForEach, Name) : [null])
        {
            SpecBlock block = new(parent, Name, item, hasData, Skip);
            parent.Children.Add(block);
            run.Discovering = block;
            try
            {
                SpecScope.Enter(this, scope =>
                {
                    if (hasData)
                        SpecScope.SetData(scope, item);
                    block.ExpandedName = NameTemplate.Expand(scope, Name, keepUnknown: true);
                    SpecScope.DotSource(scope, Fixture);
                });
            }
            finally
            {
                run.Discovering = parent;
            }
        }
    }
}

/// <summary>A group of tests.</summary>
[Cmdlet(VerbsCommon.Add, "PSBpfSpecDescribe")]
public sealed class DescribeCommand : BlockCommand;

/// <summary>A group of tests inside another.</summary>
[Cmdlet(VerbsCommon.Add, "PSBpfSpecContext")]
public sealed class ContextCommand : BlockCommand;
