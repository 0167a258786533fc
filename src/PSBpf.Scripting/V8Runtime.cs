using Microsoft.ClearScript.V8;
using PSBpf.Hosting;

namespace PSBpf.Scripting;

/// <summary>Makes V8 engines. V8 interprets here and compiles nothing: compiled loops leave out the checks that an interrupt needs.</summary>
public sealed class V8Runtime : IScriptRuntime
{
    static V8Runtime() => V8Settings.GlobalFlags = V8GlobalFlags.DisableJITCompilation;

    /// <inheritdoc/>
    public Hosting.IScriptEngine Create(ScriptLimits limits, ScriptModules modules, Func<string, string, string> host) => new V8Engine(limits, modules, host);
}
