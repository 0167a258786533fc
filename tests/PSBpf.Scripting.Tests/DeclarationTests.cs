using System.Text.RegularExpressions;

namespace PSBpf.Scripting.Tests;

/// <summary>module/psbpf.d.ts says what there is, all of it and nothing else.</summary>
public sealed class DeclarationTests : IDisposable
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Scripts.Root, "module", "psbpf.d.ts"));
    private readonly Scripts _scripts = new();

    public void Dispose() => _scripts.Dispose();

    [Theory]
    [InlineData("Bpf", "bpf")]
    [InlineData("Console", "console")]
    [InlineData("BpfSubscription", "Object.getPrototypeOf(bpf.every(1000, () => 0))")]
    [InlineData("BpfProgram", "bpf.programs[0]")]
    [InlineData("BpfMap", "{ ...Object.getOwnPropertyDescriptors(bpf.map('events')), ...Object.getOwnPropertyDescriptors(Object.getPrototypeOf(bpf.map('events'))) }")]
    public void An_interface_has_the_members_that_its_object_has(string name, string expression)
    {
        var members = (object?[])Assert.Single(_scripts.Emitted($"bpf.emit(Reflect.ownKeys({expression}).map(key => typeof key === 'symbol' ? '[' + key.description + ']' : key)); bpf.stop()"))!;
        Assert.Equal(Declared(name), members.Cast<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_event_has_the_members_that_are_declared()
    {
        _scripts.Send(1);
        var members = (object?[])Assert.Single(_scripts.Emitted("bpf.on('ringbuf:events', e => { bpf.emit(Reflect.ownKeys(Object.getPrototypeOf(e))); bpf.stop() })"))!;
        Assert.Equal(Declared("BpfEvent"), members.Cast<string>().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Declared(string name)
    {
        string body = Regex.Match(Text, $@"^interface {name}(?:<[^{{]*>)? \{{$(.*?)^\}}", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
        return Regex.Matches(body, @"^    (?:readonly )?(\w+|\[Symbol\.iterator\])[<(:]", RegexOptions.Multiline).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
    }
}
