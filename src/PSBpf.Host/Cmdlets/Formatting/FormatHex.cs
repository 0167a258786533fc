using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Format-Hex: shows the bytes of files, text or numbers, sixteen in a row.</summary>
[Cmdlet(VerbsCommon.Format, "Hex", DefaultParameterSetName = PathSet)]
internal sealed class FormatHex : PSCmdlet, IDisposable
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputSet = "ByInputObject";
    private const int RowLength = 16;

    private readonly MemoryStream _input = new();
    private string _label = string.Empty;

    /// <summary>Gets or sets the files.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the files, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets text, bytes or whole numbers (little-endian).</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the encoding of text.</summary>
    [Parameter(ParameterSetName = InputSet)]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <summary>Gets or sets how many bytes to show.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; } = long.MaxValue;

    /// <summary>Gets or sets how many bytes to leave out at the beginning.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long Offset { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _input.Dispose();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == InputSet)
        {
            Collect(InputObject?.BaseObject);
            return;
        }

        bool literal = ParameterSetName == LiteralPathSet;
        foreach ((string file, _) in (literal ? LiteralPath : Path).SelectMany(path => InputFile.Resolve(this, path, literal)))
        {
            using FileStream stream = File.OpenRead(file);
            Show(stream, file);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName != InputSet)
            return;
        _input.Position = 0;
        Show(_input, _label);
    }

    private void Collect(object? value)
    {
        if (value is null)
            return;
        if (_label.Length == 0)
            _label = value.GetType().Name;
        byte[]? bytes = value switch
        {
            byte single => [single],
            byte[] block => block,
            string text => Encoding.GetBytes(text),
            sbyte number => [(byte)number],
            short number => BitConverter.GetBytes(number),
            ushort number => BitConverter.GetBytes(number),
            int number => BitConverter.GetBytes(number),
            uint number => BitConverter.GetBytes(number),
            long number => BitConverter.GetBytes(number),
            ulong number => BitConverter.GetBytes(number),
            object[] several when several.All(static element => LanguagePrimitives.TryConvertTo(element, out byte _)) =>
                LanguagePrimitives.ConvertTo<byte[]>(several),
            _ => null,
        };
        if (bytes is not null)
        {
            _input.Write(bytes);
            return;
        }

        WriteError(new ErrorRecord(
            new ArgumentException($"Cannot convert input of type '{value.GetType().FullName}' to hexadecimal. To view the hexadecimal formatting of its text, use Out-String first."),
            "FormatHexTypeNotSupported", ErrorCategory.ParserError, value));
    }

    private void Show(Stream stream, string label)
    {
        stream.Seek(Math.Min(Offset, stream.Length), SeekOrigin.Begin);
        long left = Math.Min(Count, stream.Length - stream.Position);
        var buffer = new byte[RowLength];
        for (long offset = Offset; left > 0; offset += RowLength)
        {
            int length = (int)Math.Min(left, RowLength);
            stream.ReadExactly(buffer, 0, length);
            left -= length;
            WriteObject(Row(label, offset, buffer[..length]));
        }
    }

    // The engine's format view for the real cmdlet's rows shows these properties, under the label.
    private static PSObject Row(string label, long offset, byte[] bytes)
    {
        var row = new PSObject();
        row.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.ByteCollection");
        row.Properties.Add(new PSNoteProperty("Label", label));
        row.Properties.Add(new PSNoteProperty("Offset64", (ulong)offset));
        row.Properties.Add(new PSNoteProperty("HexOffset", offset.ToString("X16", CultureInfo.InvariantCulture)));
        row.Properties.Add(new PSNoteProperty("Bytes", bytes));
        row.Properties.Add(new PSNoteProperty("HexBytes", string.Join(' ', bytes.Select(static value => value.ToString("X2", CultureInfo.InvariantCulture)))));
        row.Properties.Add(new PSNoteProperty("Ascii", string.Concat(bytes.Select(static value => value is >= 0x20 and < 0x7F ? (char)value : '.'))));
        return row;
    }
}
