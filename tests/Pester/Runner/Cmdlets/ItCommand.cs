using System.Management.Automation;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>A test, or one for each item of -ForEach.</summary>
[Cmdlet(VerbsCommon.Add, "PSBpfSpecIt")]
public sealed class ItCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock Test { get; set; } = null!;

    [Parameter]
    [Alias("TestCases")]
    [AllowNull]
    [AllowEmptyCollection]
    public object? ForEach { get; set; }

    [Parameter]
    public SwitchParameter Skip { get; set; }

    protected override void EndProcessing()
    {
        SpecRun run = SpecRun.Current;
        SpecBlock block = SpecRun.BlockFor(this);
        if (block.Parent is null)
            throw new InvalidOperationException($"It '{Name}' stands in no Describe or Context.");
        ForEachData.RefuseParameters(Test, Name);
        bool hasData = MyInvocation.BoundParameters.ContainsKey(nameof(ForEach));
        foreach (object? item in hasData ? ForEachData.Items(ForEach, Name) : [null])
        {
            SpecTest test = new(block, Name, Test, item, hasData, Skip);
            block.Children.Add(test);
            run.Tests.Add(test);
            SpecScope.Enter(this, scope =>
            {
                if (hasData)
                    SpecScope.SetData(scope, item);
                test.ExpandedName = NameTemplate.Expand(scope, Name, keepUnknown: true);
            });
        }
    }
}
