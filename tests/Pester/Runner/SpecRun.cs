using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PSBpf.Pester.Runner;

/// <summary>What the cmdlets of one runspace know about the spec file that is being discovered or run there.</summary>
internal sealed class SpecRun
{
    private static readonly ConditionalWeakTable<Runspace, SpecRun> Runs = [];

    public SpecBlock Root { get; } = new(parent: null, name: "", data: null, hasData: false, skip: false);

    public List<SpecTest> Tests { get; } = [];

    /// <summary>Errors of the file and its blocks, as opposed to those of single tests.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The block whose body is being discovered; null while tests run, when no block may be declared.</summary>
    public SpecBlock? Discovering { get; set; }

    /// <summary>The folder behind $TestDrive while the tests run.</summary>
    public TestDrive? Drive { get; set; }

    public static SpecRun Of(Runspace runspace) => Runs.GetOrCreateValue(runspace);

    /// <summary>The run that the calling cmdlet belongs to.</summary>
    public static SpecRun Current => Of(Runspace.DefaultRunspace);

    /// <summary>The block that a declaring cmdlet adds to.</summary>
    /// <exception cref="InvalidOperationException">The cmdlet stands inside a test or a setup.</exception>
    public static SpecBlock BlockFor(Cmdlet declaration) =>
        Current.Discovering ?? throw new InvalidOperationException(
            $"{SpecCmdlets.WordFor(declaration.GetType())} stands inside a test, a setup or a teardown; it can only stand in a file, Describe or Context.");
}
