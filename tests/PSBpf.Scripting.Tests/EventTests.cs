using System.Numerics;
using PSBpf.Hosting;

namespace PSBpf.Scripting.Tests;

public sealed class EventTests : IDisposable
{
    private readonly Scripts _scripts = new();

    public void Dispose() => _scripts.Dispose();

    [Fact]
    public void A_handler_sees_each_event_with_the_names_of_its_struct()
    {
        _scripts.Send(3);
        var seen = _scripts.Emitted(
            "bpf.on('ringbuf:events', e => bpf.emit([e.source, e.data.sequence, e.data.reason, e.data.protocol, e.data.port, e.bytes.length, e.cpu, e.time instanceof Date]))",
            new ScriptOptions { Count = 3 });
        Assert.Equal(
            Enumerable.Range(1, 3).Select(number => new object?[] { "ringbuf:events", number, "DROP_BLOCKED_PORT", "PROTO_IPV4_TCP", 23, 24, null, true }),
            seen.Cast<object?[]>());
    }

    [Fact]
    public void A_batch_is_an_array_and_its_events_can_be_kept()
    {
        _scripts.Send(300);
        var seen = _scripts.Emitted(
            "const kept = []; bpf.onBatch('ringbuf:events', events => { kept.push(...events); if (kept.length === 300) { bpf.emit(kept.map(e => e.data.sequence)); bpf.stop(); } })");
        Assert.Equal(Enumerable.Range(1, 300).Cast<object?>(), Assert.IsType<object?[]>(Assert.Single(seen)));
    }

    [Fact]
    public void What_a_script_does_not_take_is_there_for_the_next()
    {
        _scripts.Send(10);
        Assert.Equal([1, 2], _scripts.Emitted("let n = 0; bpf.on('ringbuf:events', e => { bpf.emit(e.data.sequence); if (++n === 2) bpf.stop(); })"));
        Assert.Equal([3, 4, 5], _scripts.Emitted("bpf.on('ringbuf:events', e => bpf.emit(e.data.sequence))", new ScriptOptions { Count = 3 }));
        var map = _scripts.Program.GetMap("events");
        Assert.Equal(5, map.Delivered);
        using var reader = map.OpenReader();
        Assert.True(reader.TryRead(out var next, TimeSpan.Zero));
        Assert.Equal(6, next.Bytes[0]);
    }

    [Fact]
    public void A_script_waits_for_events_and_ends_when_its_subscription_stops()
    {
        using var run = new ScriptRun(_scripts.Session, ScriptSource.FromText("const s = bpf.on('ringbuf:events', e => { bpf.emit(e.data.sequence); s.stop(); }); bpf.emit('ready')"));
        var output = new List<object?>();
        foreach (var item in run.Output())
        {
            output.Add(item.Value);
            if (item.Value is "ready") _scripts.Send(1);
        }

        Assert.Equal(["ready", 1], output);
    }

    [Fact]
    public void A_hook_tells_what_its_programs_did()
    {
        _scripts.Session.Attach(_scripts.Program, "xdp:eth0");
        using var run = new ScriptRun(_scripts.Session, ScriptSource.FromText(
            "bpf.on('hook:xdp:eth0', e => { const [r] = e.data.results; bpf.emit([e.source, r.program, r.verdict, r.returnValue, e.data.packet]); bpf.stop(); }); bpf.emit('ready')"));
        object?[] seen = [];
        foreach (var item in run.Output())
        {
            if (item.Value is "ready") _scripts.Session.Fire("xdp:eth0", Scripts.Blocked);
            else seen = Assert.IsType<object?[]>(item.Value);
        }

        Assert.Equal(["hook:xdp:eth0", "packet_counter", "XDP_DROP", 1, Scripts.Blocked], seen);
    }

    [Theory]
    [InlineData("nothing:events", "BPF4106", "unknown source")]
    [InlineData("ringbuf:nothing", "BPF4001", "nothing")]
    [InlineData("ringbuf:protocols", "BPF4006", "not a ring buffer")]
    [InlineData("hook:tracepoint", "BPF2201", "no hook name")]
    public void A_source_that_does_not_open_is_an_error_at_its_line(string source, string id, string words)
    {
        var (exception, error) = _scripts.Fails($"\nbpf.on('{source}', e => 0)");
        Assert.Equal(id, exception.Id);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Equal(("script.js", 2, 5), (System.IO.Path.GetFileName(error.File), error.Line, error.Column));
    }

    [Fact]
    public void Maps_are_read_and_written_by_name()
    {
        Assert.Equal(["Hash", 16, "undefined", 5, true, 1, "PROTO_ARP", "7", false], _scripts.Emitted("""
            const map = bpf.map('protocols');
            bpf.emit(map.type); bpf.emit(map.maxEntries); bpf.emit(typeof map.get('PROTO_ARP'));
            map.set('PROTO_ARP', { packets: 5, bytes: 7n });
            bpf.emit(map.get('PROTO_ARP').packets);
            bpf.emit(map.entries().length === 1);
            for (const [key, value] of map) { bpf.emit(1); bpf.emit(key); bpf.emit(String(value.bytes)); }
            map.delete('PROTO_ARP');
            bpf.emit(map.delete('PROTO_ARP'));
            """));
    }

    [Theory]
    [InlineData("9007199254740991", "number 9007199254740991")]
    [InlineData("9007199254740992", "bigint 9007199254740992")]
    [InlineData("18446744073709551615", "bigint 18446744073709551615")]
    public void A_64_bit_integer_is_a_number_as_long_as_that_is_exact(string value, string shown)
    {
        _scripts.Program.GetMap("protocols").Set("PROTO_ARP", new Dictionary<string, object?> { ["packets"] = BigInteger.Parse(value, null), ["bytes"] = 0 });
        Assert.Equal([shown], _scripts.Emitted("const p = bpf.map('protocols').get('PROTO_ARP').packets; bpf.emit(typeof p + ' ' + p)"));
    }

    [Fact]
    public void Values_leave_the_script_as_what_they_are()
    {
        var seen = Assert.IsType<object?[]>(Assert.Single(_scripts.Emitted(
            "bpf.emit([1, 1.5, 2**53 + 2, 12345678901234567890n, 'text', true, null, undefined, new Uint8Array([1, 255]), new Map([['a', 1]]), NaN, { b: { c: [2] }, ['__proto__']: 3 }, new Date(0)])")));
        Assert.Equal([1, 1.5, 9007199254740994L, 12345678901234567890UL, "text", true, null, null, new byte[] { 1, 255 }], seen[..9]);
        Assert.Equal(double.NaN, seen[10]);
        var record = Assert.IsType<OrderedDictionary<string, object?>>(seen[11]);
        Assert.Equal(["b", "__proto__"], record.Keys);
        Assert.Equal(DateTime.UnixEpoch, Assert.IsType<DateTime>(seen[12]).ToUniversalTime());
    }

    [Fact]
    public void Arguments_programs_and_the_console_are_there()
    {
        var output = _scripts.Run(
            "console.log('a', 1n, {b: [1]}); console.warn('w'); console.debug('d'); console.trace('t'); console.error('e'); bpf.emit(bpf.args[1].x); bpf.emit(bpf.programs[0].name)",
            new ScriptOptions { Arguments = ["one", new Dictionary<string, object?> { ["x"] = 2 }] });
        Assert.Equal(
            [ScriptStream.Information, ScriptStream.Warning, ScriptStream.Debug, ScriptStream.Verbose, ScriptStream.Error, ScriptStream.Output, ScriptStream.Output],
            output.Select(item => item.Stream));
        Assert.Equal("a 1n { b: [1] }", output[0].Value);
        Assert.Equal(("BPF4107", "e"), (output[4].Exception!.Id, output[4].Exception!.Message));
        Assert.Equal([2, "packet_counter"], output.Skip(5).Select(item => item.Value));
    }

    [Fact]
    public void Timers_fire_and_promises_are_awaited_at_the_end()
    {
        Assert.Equal([1, 2, 3, "slept", "late"], _scripts.Emitted("""
            let n = 0;
            const t = bpf.every(5, () => { bpf.emit(++n); if (n === 3) { t.stop(); later(); } });
            async function later() { await bpf.sleep(10); bpf.emit('slept'); }
            const handled = async () => { await bpf.sleep(200); bpf.emit('late'); };
            bpf.every(1, async () => { if (!globalThis.once) { globalThis.once = true; await handled(); bpf.stop(); } });
            """));
    }

    [Fact]
    public void A_script_may_await_at_its_top()
    {
        Assert.Equal(["done"], _scripts.Emitted("await bpf.sleep(5); bpf.emit('done')"));
        Assert.Equal("boo", _scripts.Fails("await bpf.sleep(5);\nthrow new Error('boo')").Error.Message.Replace("Error: ", "", StringComparison.Ordinal));
    }
}
