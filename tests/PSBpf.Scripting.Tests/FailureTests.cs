using PSBpf.Hosting;

namespace PSBpf.Scripting.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly Scripts _scripts = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psbpf-script-");

    public void Dispose()
    {
        _scripts.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void An_exception_in_one_handler_stops_no_other()
    {
        _scripts.Send(4);
        var output = _scripts.Run("""
            let n = 0;
            bpf.on('ringbuf:events', e => {
              if (e.data.sequence % 2 === 0)
                throw new Error('even');
              bpf.emit(e.data.sequence);
            })
            """, new ScriptOptions { Count = 4 });
        Assert.Equal([1, 3], output.Where(item => item.Stream == ScriptStream.Output).Select(item => item.Value));
        var errors = output.Where(item => item.Stream == ScriptStream.Error).ToArray();
        Assert.Equal(2, errors.Length);
        var error = Assert.IsType<ScriptError>(errors[0].Value);
        Assert.Equal(("Error: even", "ringbuf:events", 4, 11), (error.Message, error.Handler, error.Line, error.Column));
        Assert.Equal("BPF4103", errors[0].Exception!.Id);
        Assert.DoesNotContain("psbpf:", error.Stack, StringComparison.Ordinal);
    }

    [Fact]
    public void A_syntax_error_is_at_its_place()
    {
        var (exception, error) = _scripts.Fails("let a = 1;\nlet b = = 2;");
        Assert.Equal("BPF4103", exception.Id);
        Assert.Equal((2, 9), (error.Line, error.Column));
    }

    [Fact]
    public void A_rejected_promise_of_a_handler_is_an_error()
    {
        _scripts.Send(1);
        Assert.Equal("Error: later", _scripts.Fails("bpf.on('ringbuf:events', async e => { await bpf.sleep(1); throw new Error('later') })", new ScriptOptions { Count = 1 }).Error.Message);
    }

    [Theory]
    [InlineData("bpf.emit(() => 1)", "function cannot leave")]
    [InlineData("const a = {}; a.a = a; bpf.emit(a)", "holds itself")]
    [InlineData("bpf.emit(1n << 200n)", "128 bits")]
    [InlineData("bpf.emit({ get x() { throw new Error('from a getter') } })", "from a getter")]
    [InlineData("bpf.map('protocols').set('PROTO_NOTHING', 1)", "PROTO_NOTHING")]
    [InlineData("bpf.map('protocols').set('PROTO_ARP', { nothing: 1 })", "nothing")]
    [InlineData("bpf.every(-1, () => 1)", "milliseconds")]
    [InlineData("bpf.on('ringbuf:events')", "takes a function")]
    [InlineData("throw { toString() { throw 1 } }", "")]
    [InlineData("const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e", "")]
    public void An_exception_while_converting_is_the_scripts_own(string script, string words)
    {
        var (exception, _) = _scripts.Fails(script);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("for (;;);")]
    [InlineData("for (;;) try { for (;;); } catch {} finally { for (;;); }")]
    [InlineData("function f() { Promise.resolve().then(f) } f()")]
    [InlineData("/(a+)+b/.test('a'.repeat(40))")]
    [InlineData("bpf.every(1, () => { for (;;); })")]
    [InlineData("await bpf.sleep(1); for (;;);")]
    [InlineData("for (;;) new Array(1000).fill(1)")]
    [InlineData("bpf.on('ringbuf:events', e => { for (;;); })")]
    public void An_endless_loop_ends_with_the_time_of_its_callback(string script)
    {
        _scripts.Send(1);
        var (exception, _) = _scripts.Fails(script, new ScriptOptions { Limits = new ScriptLimits { Callback = TimeSpan.FromMilliseconds(300) } });
        Assert.Equal("BPF4104", exception.Id);
        Assert.Equal([1], _scripts.Emitted("bpf.emit(1)"));
    }

    [Fact]
    public void The_place_of_an_endless_loop_is_known()
    {
        var (_, error) = _scripts.Fails("function spin() {\n  for (;;);\n}\nspin();", new ScriptOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Contains("0.3 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(("script.js", 2), (error.File, error.Line));
        Assert.Contains("at spin (script.js:2:", error.Stack, StringComparison.Ordinal);
        Assert.Contains("script.js:4:1", error.Stack, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bpf.on('ringbuf:events', e => {\n  for (;;);\n})", 2)]
    [InlineData("bpf.onBatch('ringbuf:events', events => {\n  events.map(e => {\n    for (;;);\n  });\n})", 3)]
    [InlineData("bpf.every(1, async () => {\n  for (;;);\n})", 2)]
    [InlineData("bpf.on('ringbuf:events', async e => {\n  await bpf.sleep(1);\n  for (;;);\n})", 3)]
    [InlineData("await bpf.sleep(1);\n/(a+)+b/.test('a'.repeat(40))", 2)]
    public void A_callback_that_ran_too_long_is_found_where_it_was(string script, int line)
    {
        _scripts.Send(1);
        var (exception, error) = _scripts.Fails(script, new ScriptOptions { Limits = new ScriptLimits { Callback = TimeSpan.FromMilliseconds(300) } });
        Assert.Equal(("BPF4104", line), (exception.Id, error.Line));
        Assert.DoesNotContain("memory", exception.Message, StringComparison.Ordinal);
    }

    // Nobody can say where these were: their handler's place stands for it.
    [Theory]
    [InlineData("\nbpf.on('ringbuf:events', e => { for (;;) try { for (;;); } catch {} })", "BPF4104")]
    [InlineData("\nbpf.on('ringbuf:events', e => { const a = []; for (;;) a.push({ e }) })", "BPF4105")]
    [InlineData("\nbpf.every(1, () => { const a = []; for (;;) a.push({}) })", "BPF4105")]
    public void A_callback_that_had_to_be_interrupted_has_the_place_of_its_handler(string script, string id)
    {
        _scripts.Send(1);
        var (exception, error) = _scripts.Fails(script, new ScriptOptions { Limits = new ScriptLimits { HeapBytes = 32 << 20, Callback = TimeSpan.FromSeconds(id == "BPF4104" ? 0.3 : 30) } });
        Assert.Equal((id, 2), (exception.Id, error.Line));
        Assert.Contains("registered here", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("const a = []; for (;;) a.push(new Array(1000).fill(1))")]
    [InlineData("const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })")]
    [InlineData("for (;;) { try { const a = []; for (;;) a.push(new Array(1000).fill(1)) } catch {} }")]
    [InlineData("let s = 'x'; const a = []; for (;;) { a.push([...s]); s += s.length < 1e6 ? s : '' }")]
    [InlineData("function f() { Promise.resolve().then(f); Promise.resolve().then(f) } f()")]
    [InlineData("bpf.on('ringbuf:events', e => { const a = []; for (;;) a.push({ e }) })")]
    public void Taking_too_much_memory_ends_the_script_and_not_the_process(string script)
    {
        _scripts.Send(1);
        var (exception, _) = _scripts.Fails(script, new ScriptOptions { Limits = new ScriptLimits { HeapBytes = 32 << 20, Callback = TimeSpan.FromSeconds(60) } });
        Assert.Equal("BPF4105", exception.Id);
        Assert.Equal([1], _scripts.Emitted("bpf.emit(1)"));
    }

    [Theory]
    [InlineData("const a = []; for (let i = 0; i < 4096; i++) a.push(new ArrayBuffer(1 << 20))")]
    [InlineData("new Uint8Array(4e9)")]
    [InlineData("new ArrayBuffer(10, { maxByteLength: 4e9 }).resize(3e9)")]
    [InlineData("new (new Uint8Array(1).buffer.constructor)(10, { maxByteLength: 4e9 })")]
    [InlineData("new ArrayBuffer(10).transfer(4e9)")]
    [InlineData("function f() { f() } f()")]
    [InlineData("const f = () => [1].map(f); f()")]
    [InlineData("Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0)")]
    [InlineData("new Array(4e9).fill(0)")]
    [InlineData("Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)")]
    [InlineData("let n = 0; Array.prototype.indexOf.call({ get length() { return n++ ? 2 ** 53 - 1 : 0 } }, 1)")]
    [InlineData("Array.from({ length: 4e9 })")]
    [InlineData("[...Array.prototype.values.call({ length: 2 ** 53 - 1 })]")]
    [InlineData("let s = 'x'; while (s.length < 2 ** 28) s += s; s.split('')")]
    [InlineData("'x'.repeat(2 ** 28)")]
    [InlineData("[].concat(...Array(1000).fill(new Array(1e7)))")]
    [InlineData("Math.max.apply(null, { length: 2 ** 27 })")]
    [InlineData("new WebAssembly.Memory({ initial: 10000 })")]
    [InlineData("new SharedArrayBuffer(10)")]
    public void Ways_around_the_limits_are_exceptions(string script)
    {
        var (exception, _) = _scripts.Fails(script, new ScriptOptions { Limits = new ScriptLimits { Callback = TimeSpan.FromSeconds(20) } });
        Assert.True(exception.Id is "BPF4103" or "BPF4105", exception.Id);
        Assert.Equal([1], _scripts.Emitted("bpf.emit(1)"));
    }

    [Theory]
    [InlineData("bpf.emit.constructor.constructor('return typeof process + typeof require + typeof System + typeof host + typeof lib + typeof clr')()", "undefinedundefinedundefinedundefinedundefinedundefined")]
    [InlineData("typeof fetch + typeof XMLHttpRequest + typeof WebSocket + typeof Deno + typeof importScripts + typeof setTimeout", "undefinedundefinedundefinedundefinedundefinedundefined")]
    [InlineData("typeof bpf.GetType + typeof bpf.emit.GetType + typeof bpf.map('events').GetType + typeof bpf.on('ringbuf:events', e => 0).constructor.GetType", "undefinedundefinedundefinedundefined")]
    [InlineData("(() => { try { bpf.map('nothing') } catch (e) { return typeof e.hostException + typeof e.innerException + e.code } })()", "undefinedundefinedBPF4001")]
    [InlineData("(() => { 'use strict'; Error.prepareStackTrace = (e, sites) => sites.map(s => [typeof s.getFunction(), typeof s.getThis()].join()).join(' '); try { bpf.map('nothing') } catch (e) { return e.stack.replaceAll('undefined,undefined', '').trim() } })()", "")]
    public void Nothing_of_dotnet_or_the_machine_is_in_reach(string expression, string expected) =>
        Assert.Equal(expected, Assert.Single(_scripts.Emitted($"bpf.emit({expression}); bpf.stop()")));

    // Every object that a guest can get at, from the global one along properties, prototypes and what getters give.
    [Fact]
    public void No_object_in_reach_is_one_of_the_hosts() => Assert.Equal([true, 0], _scripts.Emitted("""
        const seen = new Set(), found = [], todo = [globalThis, bpf.map('events'), bpf.on('ringbuf:events', e => 0), bpf.programs, import.meta];
        try { bpf.map('nothing') } catch (e) { todo.push(e) }
        while (todo.length > 0) {
          const value = todo.pop();
          if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) continue;
          seen.add(value);
          if (EngineInternal.isHostObject(value)) found.push(String(value));
          todo.push(Object.getPrototypeOf(value));
          for (const key of Reflect.ownKeys(value)) {
            const own = Reflect.getOwnPropertyDescriptor(value, key);
            todo.push(own.value, own.get, own.set);
            try { todo.push(value[key]) } catch { }
          }
        }
        bpf.emit(seen.size > 500); bpf.emit(found.length); bpf.stop();
        """));

    [Fact]
    public void Changed_prototypes_reach_nothing_of_the_host()
    {
        Assert.Equal([false, true], _scripts.Emitted("""
            const { isHostObject } = EngineInternal, { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
            let host = false, calls = 0;
            const spy = old => function () {
              calls++;
              host ||= isHostObject(this);
              for (let i = 0; i < arguments.length; i++) host ||= isHostObject(arguments[i]);
              return apply(old, this, arguments);
            };
            for (const type of [Function.prototype, Array.prototype, Map.prototype, Promise.prototype, Object.prototype, String.prototype, JSON, Date.prototype]) for (const name of ownKeys(type)) {
              const own = getOwnPropertyDescriptor(type, name);
              if (typeof own.value !== 'function' || !own.configurable || name === 'constructor' || name === 'apply' || name === Symbol.iterator) continue;
              defineProperty(type, name, { ...own, value: spy(own.value) });
            }
            const s = bpf.on('ringbuf:events', e => 0), p = bpf.programs, m = bpf.map('protocols').entries();
            s.stop(); console.log({ p, m });
            bpf.emit(host); bpf.emit(calls > 0);
            """));
    }

    [Fact]
    public void Modules_come_from_the_scripts_own_folder()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "own", "deeper"));
        string script = Path.Combine(_folder.FullName, "own", "main.js");
        File.WriteAllText(script, "import { two } from './deeper/two.js'; bpf.emit(two());");
        File.WriteAllText(Path.Combine(_folder.FullName, "own", "deeper", "two.js"), "import { one } from '../one.js'; export const two = () => one + 1;");
        File.WriteAllText(Path.Combine(_folder.FullName, "own", "one.js"), "export const one = 1;");
        Assert.Equal([2], _scripts.Run(ScriptSource.FromFile(script)).Select(item => item.Value));
    }

    [Theory]
    [InlineData("import x from '../secret.js'", "BPF4102")]
    [InlineData("import x from './deeper/../../secret.js'", "BPF4102")]
    [InlineData("import x from '/etc/hostname'", "BPF4102")]
    [InlineData("import x from 'file:///etc/hostname'", "BPF4102")]
    [InlineData("import x from 'https://example.com/x.js'", "BPF4102")]
    [InlineData("import x from 'psbpf:script'", "BPF4102")]
    [InlineData("import x from './link.js'", "BPF4102")]
    [InlineData("import x from './linked/secret.js'", "BPF4102")]
    [InlineData("import x from './nothing.js'", "BPF4101")]
    [InlineData("await import('../secret.js')", "")]
    public void Nothing_else_is_imported(string text, string id)
    {
        string own = Directory.CreateDirectory(Path.Combine(_folder.FullName, "own")).FullName;
        string secret = Path.Combine(_folder.FullName, "secret.js");
        File.WriteAllText(secret, "export default 'secret'");
        File.CreateSymbolicLink(Path.Combine(own, "link.js"), secret);
        Directory.CreateSymbolicLink(Path.Combine(own, "linked"), _folder.FullName);
        File.WriteAllText(Path.Combine(own, "main.js"), text);
        var error = Assert.Single(_scripts.Run(ScriptSource.FromFile(Path.Combine(own, "main.js"))));
        Assert.Equal(ScriptStream.Error, error.Stream);
        if (id.Length > 0) Assert.Equal(id, error.Exception!.Id);
    }

    [Fact]
    public void A_script_that_is_left_alone_is_ended()
    {
        var run = new ScriptRun(_scripts.Session, ScriptSource.FromText("bpf.emit(1); for (;;) bpf.emit(2)"));
        Assert.Equal(1, run.Output().First().Value);
        run.Dispose();
        using var reader = _scripts.Program.GetMap("events").OpenReader();
        Assert.NotNull(reader);
    }
}
