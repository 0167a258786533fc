using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>What Set-Content and Add-Content have in common.</summary>
/// <param name="append">Whether what an item holds already stays.</param>
internal abstract class ContentWriterCmdlet(bool append) : PSCmdlet, IDisposable
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<StreamWriter> _files = [];
    private readonly List<IContentWriter> _writers = [];

    /// <summary>Gets or sets the items.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the items, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets what to write: text line by line, or bytes.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Value { get; set; }

    /// <summary>Gets or sets a value indicating whether what is written is given too.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Gets or sets a value indicating whether a read-only file is written too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether lines are written without line ends.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Gets or sets the encoding.</summary>
    [Parameter]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <summary>Gets or sets a value indicating whether the values are bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.ForEach(static file => file.Dispose());
        _files.Clear();
        foreach (IContentWriter writer in _writers)
        {
            writer.Close();
            writer.Dispose();
        }

        _writers.Clear();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        bool literal = ParameterSetName == LiteralPathSet;
        foreach (string path in literal ? LiteralPath : Path)
        {
            SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem")
                OpenFiles(path, literal);
            else
                OpenItem(path, literal);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (StreamWriter file in _files)
        {
            foreach (object? value in Value ?? [])
                Write(file, value);
        }

        foreach (IContentWriter writer in _writers)
            writer.Write(new ArrayList(Value ?? []));
        if (PassThru)
            WriteObject(Value, enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Dispose();

    // A pattern names the files that match it; a name names a file that may not exist yet.
    private void OpenFiles(string path, bool literal)
    {
        IEnumerable<string> files = !literal && WildcardPattern.ContainsWildcardCharacters(path)
            ? InputFile.Resolve(this, path, literal: false).Select(static item => item.Path)
            : [OutputFile.Path(this, literal ? path : WildcardPattern.Unescape(path))];
        foreach (string file in files)
        {
            if (ShouldProcess(file))
                _files.Add(OutputFile.Open(this, file, Encoding, append, Force, noClobber: false));
        }
    }

    private void OpenItem(string path, bool literal)
    {
        if (!ShouldProcess(path))
            return;
        foreach (IContentWriter writer in InvokeProvider.Content.GetWriter([path], Force, literal))
        {
            if (append)
                writer.Seek(0, SeekOrigin.End);
            _writers.Add(writer);
        }
    }

    private void Write(StreamWriter file, object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (AsByteStream)
        {
            ReadOnlySpan<byte> bytes = plain is byte[] block ? block : [LanguagePrimitives.ConvertTo<byte>(plain)];
            file.BaseStream.Write(bytes);
            return;
        }

        if (plain is object?[] several)
        {
            foreach (object? element in several)
                Write(file, element);
            return;
        }

        string text = plain is null ? string.Empty : PSObject.AsPSObject(value!).ToString();
        if (NoNewline)
            file.Write(text);
        else
            file.WriteLine(text);
    }
}
