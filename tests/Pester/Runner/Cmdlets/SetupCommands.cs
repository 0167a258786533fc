using System.Management.Automation;

namespace PSBpf.Pester.Runner.Cmdlets;

/// <summary>BeforeAll, BeforeEach, AfterEach and AfterAll: one of each in a block.</summary>
public abstract class SetupCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock Scriptblock { get; set; } = null!;

    protected override void EndProcessing()
    {
        SpecBlock block = SpecRun.BlockFor(this);
        string name = SpecCmdlets.WordFor(GetType());
        ForEachData.RefuseParameters(Scriptblock, name);
        // Pester keeps the last of several without a word.
        if (Get(block) is not null)
            throw new InvalidOperationException($"There is a second {name} in the same block.");
        Set(block, Scriptblock);
    }

    private protected abstract ScriptBlock? Get(SpecBlock block);

    private protected abstract void Set(SpecBlock block, ScriptBlock body);

    private protected void RefuseInRoot(SpecBlock block)
    {
        if (block.Parent is null)
            throw new InvalidOperationException($"{SpecCmdlets.WordFor(GetType())} cannot stand outside of Describe and Context.");
    }
}

[Cmdlet(VerbsCommon.Add, "PSBpfSpecBeforeAll")]
public sealed class BeforeAllCommand : SetupCommand
{
    private protected override ScriptBlock? Get(SpecBlock block) => block.BeforeAll;

    private protected override void Set(SpecBlock block, ScriptBlock body) => block.BeforeAll = body;
}

[Cmdlet(VerbsCommon.Add, "PSBpfSpecAfterAll")]
public sealed class AfterAllCommand : SetupCommand
{
    private protected override ScriptBlock? Get(SpecBlock block) => block.AfterAll;

    private protected override void Set(SpecBlock block, ScriptBlock body) => block.AfterAll = body;
}

[Cmdlet(VerbsCommon.Add, "PSBpfSpecBeforeEach")]
public sealed class BeforeEachCommand : SetupCommand
{
    private protected override ScriptBlock? Get(SpecBlock block) => block.BeforeEach;

    private protected override void Set(SpecBlock block, ScriptBlock body)
    {
        RefuseInRoot(block);
        block.BeforeEach = body;
    }
}

[Cmdlet(VerbsCommon.Add, "PSBpfSpecAfterEach")]
public sealed class AfterEachCommand : SetupCommand
{
    private protected override ScriptBlock? Get(SpecBlock block) => block.AfterEach;

    private protected override void Set(SpecBlock block, ScriptBlock body)
    {
        RefuseInRoot(block);
        block.AfterEach = body;
    }
}

/// <summary>Code that runs while tests are being found, and whose variables -ForEach and -Skip may use.</summary>
[Cmdlet(VerbsCommon.Add, "PSBpfSpecBeforeDiscovery")]
public sealed class BeforeDiscoveryCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    protected override void EndProcessing()
    {
        SpecRun.BlockFor(this);
        SpecScope.DotSource(this, ScriptBlock);
    }
}
