using System.Diagnostics.Metrics;

namespace PSBpf.Hosting.Tests.Statistics;

public sealed class MetricsTests : IDisposable
{
    private readonly BpfSession _session = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _seen = [];

    public MetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other tests have sessions, too.
            if (instrument.Meter.Name == "PSBpf" && ReferenceEquals(instrument.Meter.Scope, _session)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _session.Dispose();
    }

    [Fact]
    public void A_collection_has_the_figures_of_programs_maps_and_hooks()
    {
        var program = _session.Import(Samples.Path("packet_counter.bpf.o"));
        _session.Attach(program, "xdp:eth0");
        for (var packet = 0; packet < 5; packet++) _session.Fire("xdp:eth0", new byte[60]);
        _listener.RecordObservableInstruments();

        const string tags = "kernel=managed,program.id=1,program.name=packet_counter,program.type=xdp";
        Assert.Equal(5, _seen[$"psbpf.program.runs {tags}"]);
        Assert.Equal(0, _seen[$"psbpf.program.errors {tags}"]);
        Assert.Equal(0, _seen[$"psbpf.program.dropped {tags}"]);
        Assert.Equal(5, _seen.Where(pair => pair.Key.StartsWith($"psbpf.program.verdicts {tags},verdict=XDP_", StringComparison.Ordinal)).Sum(pair => pair.Value));
        Assert.Equal(5, _seen["psbpf.hook.events hook=xdp:eth0"]);
        var protocols = program.GetMap("protocols");
        Assert.Equal(protocols.EntryCount, _seen[$"psbpf.map.entries kernel=managed,map.id={protocols.Id},map.name=protocols,map.type={protocols.Type}"]);
    }

    [Fact]
    public void Times_are_measured_from_the_first_collection_on()
    {
        var program = _session.Import(Samples.Path("packet_counter.bpf.o"));
        Assert.False(_session.IsMeasuredForCollectors);
        _listener.RecordObservableInstruments();
        Assert.True(_session.IsMeasuredForCollectors);
        program.Run(new byte[60]);
        using var source = _session.OpenStatistics(Kernel.BpfKernelKind.Managed);
        Assert.True(source.Sample().Programs.Single().RunNanoseconds > 0);
    }

    [Fact]
    public void A_session_without_programs_and_one_that_is_closed_have_none()
    {
        _listener.RecordObservableInstruments();
        Assert.Empty(_seen);
        _session.Import(Samples.Path("packet_counter.bpf.o"));
        _session.Dispose();
        _listener.RecordObservableInstruments();
        Assert.Empty(_seen);
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen[$"{instrument.Name} {string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal))}"] = value;
}
