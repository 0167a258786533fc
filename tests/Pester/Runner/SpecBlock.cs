using System.Management.Automation;

namespace PSBpf.Pester.Runner;

/// <summary>A Describe or Context as discovery found it; the root stands for the file itself.</summary>
internal sealed class SpecBlock
{
    public SpecBlock(SpecBlock? parent, string name, object? data, bool hasData, bool skip)
    {
        Parent = parent;
        Name = ExpandedName = name;
        Data = data;
        HasData = hasData;
        Skip = skip || parent is { Skip: true };
    }

    public SpecBlock? Parent { get; }

    /// <summary>The name as written, templates and all.</summary>
    public string Name { get; }

    /// <summary>The name with its templates filled in, as far as that is known yet.</summary>
    public string ExpandedName { get; set; }

    public object? Data { get; }

    public bool HasData { get; }

    public bool Skip { get; }

    public ScriptBlock? BeforeAll { get; set; }

    public ScriptBlock? AfterAll { get; set; }

    public ScriptBlock? BeforeEach { get; set; }

    public ScriptBlock? AfterEach { get; set; }

    /// <summary>Tests and blocks, in the order in which they were written.</summary>
    public List<object> Children { get; } = [];

    /// <summary>A block runs its setup only for tests that are still going to run.</summary>
    public bool HasTestsToRun => Children.Any(child => child is SpecTest { Skip: false, Outcome: SpecOutcome.NotRun } or SpecBlock { HasTestsToRun: true });

    /// <summary>Names from the outermost block inwards; empty for the root.</summary>
    public string Path => Parent is null ? "" : Join(Parent.Path, ExpandedName);

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
