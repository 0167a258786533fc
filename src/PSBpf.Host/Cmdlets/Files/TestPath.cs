using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>What Test-Path asks for.</summary>
internal enum TestPathType
{
    /// <summary>An item of any kind.</summary>
    Any,

    /// <summary>An item that others can be in.</summary>
    Container,

    /// <summary>An item that nothing can be in.</summary>
    Leaf,
}

/// <summary>Test-Path: tells whether there is an item at a path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = PathSet)]
internal sealed class TestPath : PSCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Gets or sets the paths.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string?[]? Path { get; set; }

    /// <summary>Gets or sets the paths, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string?[]? LiteralPath { get; set; }

    /// <summary>Gets or sets the kind of item.</summary>
    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; } = TestPathType.Any;

    /// <summary>Gets or sets a value indicating whether only the form of the path is looked at.</summary>
    [Parameter]
    public SwitchParameter IsValid { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == LiteralPathSet;
        foreach (string? path in (literal ? LiteralPath : Path) ?? [null])
            WriteObject(!string.IsNullOrWhiteSpace(path) && Test(path, literal));
    }

    private bool Test(string path, bool literal)
    {
        try
        {
            if (IsValid)
                return SessionState.Path.IsValid(path);
            if (!InvokeProvider.Item.Exists(path, force: false, literal))
                return false;
            if (PathType == TestPathType.Any)
                return true;
            bool container = InvokeProvider.Item.IsContainer(literal ? WildcardPattern.Escape(path) : path);
            return container == (PathType == TestPathType.Container);
        }
        catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException or PSArgumentException)
        {
            return false; // a path through a drive or provider that does not exist leads nowhere
        }
    }
}
