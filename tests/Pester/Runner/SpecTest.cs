using System.Management.Automation;

namespace PSBpf.Pester.Runner;

/// <summary>An It as discovery found it, and what became of it.</summary>
internal sealed class SpecTest
{
    public SpecTest(SpecBlock block, string name, ScriptBlock body, object? data, bool hasData, bool skip)
    {
        Block = block;
        Name = ExpandedName = name;
        Body = body;
        Data = data;
        HasData = hasData;
        Skip = skip || block.Skip;
    }

    public SpecBlock Block { get; }

    public string Name { get; }

    public string ExpandedName { get; set; }

    public ScriptBlock Body { get; }

    public object? Data { get; }

    public bool HasData { get; }

    public bool Skip { get; }

    public SpecOutcome Outcome { get; set; }

    /// <summary>What went wrong, in order: the test's own error, then those of its AfterEach blocks.</summary>
    public List<string> Errors { get; } = [];

    public string Path => SpecBlock.Join(Block.Path, ExpandedName);
}
