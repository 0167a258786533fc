using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Content: gives what a file holds, line by line; or what an item of another provider holds.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = PathSet)]
internal sealed class GetContent : PathCmdlet
{
    private volatile bool _stopped;

    /// <summary>Gets or sets how many lines make one object; 0 makes all of them one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0L, long.MaxValue)]
    public long ReadCount { get; set; } = 1;

    /// <summary>Gets or sets how many lines to give from the beginning.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0L, long.MaxValue)]
    [Alias("First", "Head")]
    public long TotalCount { get; set; } = -1;

    /// <summary>Gets or sets how many lines to give from the end.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [Alias("Last")]
    public int Tail { get; set; } = -1;

    /// <summary>Gets or sets a value indicating whether the whole text is one object.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Gets or sets a value indicating whether bytes are given instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Gets or sets the encoding of a file without a byte order mark.</summary>
    [Parameter]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (TotalCount >= 0 && Tail >= 0)
        {
            ThrowTerminatingError(new ErrorRecord(
                new InvalidOperationException("The parameters TotalCount and Tail cannot be used together. Please specify only one parameter."),
                "TailAndHeadCannotCoexist", ErrorCategory.InvalidOperation, targetObject: null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        foreach ((string item, ProviderInfo provider) in InputFile.Resolve(this, path, IsLiteral))
        {
            if (provider.Name == "FileSystem")
                ReadFile(item);
            else
                WriteAll(ReadProvider($"{provider.Name}::{item}"));
        }
    });

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped = true;

    private void ReadFile(string path)
    {
        if (Directory.Exists(path))
            throw new UnauthorizedAccessException($"Unable to get content because it is a directory: '{path}'. Please use 'Get-ChildItem' instead.");
        if (AsByteStream)
            ReadBytes(path);
        else if (Raw)
            WriteObject(File.ReadAllText(path, Encoding));
        else
            WriteAll(File.ReadLines(path, Encoding));
    }

    private void ReadBytes(string path)
    {
        if (Raw)
            WriteObject(File.ReadAllBytes(path));
        else
            WriteAll(Bytes(path));
    }

    private static IEnumerable<object> Bytes(string path)
    {
        using var file = new BufferedStream(File.OpenRead(path), 1 << 16);
        int next;
        while ((next = file.ReadByte()) >= 0)
            yield return (byte)next;
    }

    private IEnumerable<object?> ReadProvider(string path)
    {
        foreach (IContentReader reader in InvokeProvider.Content.GetReader([path], force: false, literalPath: true))
        {
            using (reader)
            {
                while (!_stopped && reader.Read(1) is { Count: > 0 } read)
                {
                    foreach (object? value in read)
                        yield return value;
                }
            }
        }
    }

    private void WriteAll(IEnumerable items)
    {
        IEnumerable<object?> values = items.Cast<object?>();
        if (TotalCount >= 0)
            values = values.Take((int)Math.Min(TotalCount, int.MaxValue));
        else if (Tail >= 0)
            values = values.TakeLast(Tail);

        var batch = new List<object?>();
        foreach (object? value in values)
        {
            if (_stopped)
                return;
            if (ReadCount == 1)
            {
                WriteObject(value);
                continue;
            }

            batch.Add(value);
            if (batch.Count == ReadCount)
            {
                WriteObject(batch.ToArray());
                batch.Clear();
            }
        }

        if (batch.Count > 0)
            WriteObject(batch.ToArray());
    }
}
