using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Runtime.Environment;

namespace PSBpf.PowerShell;

/// <summary>What the cmdlets that run programs share: where their input comes from.</summary>
public abstract class RunCmdlet : BpfCmdlet
{
    /// <summary>Name of the parameter set whose input is packets.</summary>
    protected const string PacketSet = "Packet";

    /// <summary>Name of the parameter set whose input is a capture file.</summary>
    protected const string PathSet = "Path";

    private readonly List<byte> _partial = [];
    private long _number;
    private ExecutionEnvironment? _world;

    /// <summary>Packets: bytes (also piped one by one), hexadecimal text, or layers in order, each a hashtable.</summary>
    [Parameter(ParameterSetName = PacketSet, ValueFromPipeline = true)]
    [PacketArgument]
    public PacketInput? Packet { get; set; }

    /// <summary>A capture file; every packet in it is run.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>What programs of the managed engine see in these runs, by the names of Set-BpfEnvironment's parameters; what is not named is the session's.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Environment { get; set; }

    /// <summary>Whether there is something to run on when no packet is given.</summary>
    protected virtual bool RunsWithoutPacket => false;

    /// <summary>When the packet that runs was captured; null when it comes from no capture.</summary>
    protected DateTimeOffset? PacketTime { get; private set; }

    /// <summary>Runs one input and writes what came out.</summary>
    /// <param name="packet">The packet; empty when there is only a context.</param>
    /// <param name="number">Its number, from 1.</param>
    protected abstract void Run(byte[] packet, long number);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                foreach (var file in ResolveFiles(Path, DiagnosticRules.CaptureUnreadable)) Try(() => Replay(file), file);
                break;
            case PacketSet when Packet is { Part: { } part }:
                _partial.Add(part);
                break;
            case PacketSet when Packet is null && RunsWithoutPacket:
                RunOne([]);
                break;
            case PacketSet when Packet is null:
                Try(static () => throw DiagnosticRules.RunInput.Error("There is nothing to run on.", action: "Pass -Packet, or -Path to a capture."), null);
                break;
            case PacketSet:
                IReadOnlyList<byte[]> packets = [];
                Try(() => packets = Packet.Read(), null);
                foreach (var packet in packets) RunOne(packet);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_partial.Count > 0) RunOne([.. _partial]);
    }

    // What goes wrong with one input is its own error.
    private void RunOne(byte[] packet)
    {
        var number = ++_number;
        Try(() => RunInWorld(packet, number), packet);
    }

    // All inputs see the same world: clock and random numbers go on from one to the next.
    private void RunInWorld(byte[] packet, long number)
    {
        if (Environment is null)
        {
            Run(packet, number);
            return;
        }

        _world ??= Session.MakeWorld(EnvironmentChanges.Apply(Session.World, Environment, Session));
        Session.RunIn(_world, () => Run(packet, number));
    }

    private void Replay(string file)
    {
        using var capture = Capture.Open(file);
        var progress = new ReplayProgress(this, file);
        foreach (var packet in capture.Packets())
        {
            if (Cancellation.IsCancellationRequested) throw new PipelineStoppedException();
            PacketTime = capture.Time;
            RunOne(packet);
            progress.Show(capture.PacketCount, capture.PercentRead);
        }

        PacketTime = null;
        progress.Finish();
    }

    /// <summary>A progress bar for replays that take longer than people wait without one.</summary>
    private sealed class ReplayProgress(Cmdlet cmdlet, string file)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly ProgressRecord _record = new(1, $"Replay {System.IO.Path.GetFileName(file)}", "0 packets");
        private TimeSpan _next = Patience;
        private bool _shown;

        public void Show(long packets, int percent)
        {
            // Asking the clock once in a while is enough.
            if ((packets & 0x3f) != 0) return;
            var elapsed = Stopwatch.GetElapsedTime(_started);
            if (elapsed < _next) return;
            _next = elapsed + Interval;
            _shown = true;
            _record.StatusDescription = $"{packets} packets, {packets / elapsed.TotalSeconds:F0} a second";
            _record.PercentComplete = percent;
            cmdlet.WriteProgress(_record);
        }

        public void Finish()
        {
            if (!_shown) return;
            _record.RecordType = ProgressRecordType.Completed;
            cmdlet.WriteProgress(_record);
        }
    }
}
