using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.PowerShell;

/// <summary>Writes packets to a capture file.</summary>
[Cmdlet(VerbsData.Export, "BpfCapture", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBpfCapture : BpfCmdlet
{
    private readonly List<byte> _partial = [];
    private string _file = "";
    private PcapWriter? _writer;
    private long _packets;

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Results of Invoke-BpfHook, Invoke-BpfProgram and Send-BpfPacket, whose packets as the programs left them are written; or bytes.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _file = ResolveFile(Path);
        if (!ShouldProcess(_file, "Write packets")) return;
        try
        {
            _writer = new PcapWriter(File.Create(_file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var diagnostic = DiagnosticRules.CaptureUnreadable.At($"'{Path}' cannot be written: {exception.Message}", new DiagnosticLocation { File = Path });
            ThrowTerminatingError(ErrorRecords.From(diagnostic, null, Path, Location));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (InputObject.BaseObject)
        {
            case BpfRunResult result:
                Write(result.Data, result.Time);
                break;
            case BpfPacketPath path:
                Write(path.Data, path.Time);
                break;
            case byte[] packet:
                Write(packet, null);
                break;
            case byte part:
                // PowerShell takes an array that is piped apart.
                _partial.Add(part);
                break;
            default:
                Try(() => throw DiagnosticRules.PacketFormat.Error($"'{InputObject}' ({InputObject.BaseObject.GetType().Name}) is no packet.", action: "Pipe results of Invoke-BpfHook or Invoke-BpfProgram, or bytes."), InputObject);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_partial.Count > 0) Write([.. _partial], null);
        if (_writer is null) return;
        _writer.Dispose();
        WriteObject(new FileInfo(_file));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _writer?.Dispose();
        base.Dispose(disposing);
    }

    // What has no time of its own follows the one before at a microsecond's distance.
    private void Write(byte[] packet, DateTimeOffset? time) =>
        _writer?.Write(packet, time is { } known ? (known - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick : 1000 * _packets++);
}
