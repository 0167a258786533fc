using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace PSBpf.Host.Cmdlets;

/// <summary>Select-String: finds the lines of files or of text that match a pattern.</summary>
[Cmdlet(VerbsCommon.Select, "String", DefaultParameterSetName = FileSet)]
internal sealed class SelectString : PSCmdlet
{
    private const string FileSet = "File";
    private const string LiteralFileSet = "LiteralFile";
    private const string ObjectSet = "Object";

    private Regex[] _patterns = [];
    private ContextBuffer? _stream;
    private int _streamLine;
    private bool _found;

    /// <summary>Gets or sets text; each object is a line.</summary>
    [Parameter(ValueFromPipeline = true, Mandatory = true, ParameterSetName = ObjectSet)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the patterns: regular expressions, unless -SimpleMatch is given.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string[] Pattern { get; set; } = [];

    /// <summary>Gets or sets the files.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FileSet)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the files, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralFileSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether the patterns are plain text.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>Gets or sets a value indicating whether upper and lower case differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>Gets or sets a value indicating whether only to tell if there is a match.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the first match of each file only.</summary>
    [Parameter]
    public SwitchParameter List { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the lines themselves.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the lines that do not match.</summary>
    [Parameter]
    public SwitchParameter NotMatch { get; set; }

    /// <summary>Gets or sets a value indicating whether to find all matches of a line, not the first only.</summary>
    [Parameter]
    public SwitchParameter AllMatches { get; set; }

    /// <summary>Gets or sets how many lines before and after a match are kept with it; one number means both.</summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [ValidateRange(0, int.MaxValue)]
    public int[] Context { get; set; } = [0];

    /// <summary>Gets or sets the encoding of a file without a byte order mark.</summary>
    [Parameter]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RegexOptions options = RegexOptions.CultureInvariant | (CaseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase);
        try
        {
            _patterns = [.. Pattern.Select(pattern => new Regex(SimpleMatch ? Regex.Escape(pattern) : pattern, options))];
        }
        catch (RegexParseException exception)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The string is not a valid regular expression: {exception.Message}", exception),
                "InvalidRegex", ErrorCategory.InvalidArgument, Pattern));
        }

        _stream = NewBuffer();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Quiet && _found)
            return;
        if (ParameterSetName == ObjectSet && InputObject?.BaseObject is not FileInfo)
        {
            Examine(InputObject?.ToString() ?? string.Empty, ++_streamLine, MatchInfo.InputStream, _stream!);
            return;
        }

        bool literal = ParameterSetName == LiteralFileSet || ParameterSetName == ObjectSet;
        string[] paths = ParameterSetName == ObjectSet ? [((FileInfo)InputObject!.BaseObject).FullName] : literal ? LiteralPath : Path;
        foreach ((string file, _) in paths.SelectMany(path => InputFile.Resolve(this, path, literal)))
        {
            if (!Directory.Exists(file))
                ExamineFile(file);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _stream!.Finish();
        if (Quiet)
            WriteObject(_found);
    }

    private ContextBuffer NewBuffer() => new(Context[0], Context[^1], match => WriteObject(Raw ? match.Line : match));

    private void ExamineFile(string path)
    {
        ContextBuffer buffer = NewBuffer();
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding))
        {
            bool match = Examine(line, ++number, path, buffer);
            if (match && (List || Quiet))
                break;
        }

        buffer.Finish();
    }

    private bool Examine(string line, int number, string path, ContextBuffer buffer)
    {
        Regex? pattern = Array.Find(_patterns, candidate => candidate.IsMatch(line));
        if (pattern is null != NotMatch.IsPresent)
        {
            buffer.Add(line);
            return false;
        }

        _found = true;
        if (Quiet)
            return true;
        buffer.Add(line, new MatchInfo
        {
            IgnoreCase = !CaseSensitive,
            LineNumber = number,
            Line = line,
            Path = path,
            Pattern = pattern?.ToString() ?? Pattern[0],
            Matches = pattern is null ? [] : AllMatches ? [.. pattern.Matches(line).Cast<Match>()] : [pattern.Match(line)],
        });
        return true;
    }
}
