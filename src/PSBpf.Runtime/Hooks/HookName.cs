using System.Diagnostics.CodeAnalysis;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Hooks;

/// <summary>The name of a hook: its kind and what it is on, written <c>type:target</c>, e.g. <c>xdp:eth0</c> or <c>tc:eth0:ingress</c>.</summary>
public readonly record struct HookName
{
    private HookName(string type, string target)
    {
        Type = type;
        Target = target;
    }

    /// <summary>The kind, in lower case, e.g. <c>xdp</c>.</summary>
    public string Type { get; }

    /// <summary>What it is on, e.g. the interface <c>eth0</c>.</summary>
    public string Target { get; }

    /// <summary>Reads a name.</summary>
    /// <exception cref="BpfException">BPF2201.</exception>
    public static HookName Parse(string text) =>
        Read(text, out var name) is { } error ? throw DiagnosticRules.HookName.Error(error) : name;

    /// <summary>Reads a name.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out HookName name) => Read(text, out name) is null;

    /// <summary>The name as it is written.</summary>
    public override string ToString() => $"{Type}:{Target}";

    /// <summary>The parts of the target, e.g. an interface and a direction.</summary>
    internal string[] Parts => HookKinds.Find(Type)!.Target.Read(Target).Parts;

    private static string? Read(string? text, out HookName name)
    {
        name = default;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon < 0) return $"'{text}' is no hook name: it has no colon.";
        string type = text[..colon].Trim().ToLowerInvariant(), target = text[(colon + 1)..].Trim();
        if (HookKinds.Find(type) is not { } kind)
            return $"'{text}' names a kind of hook that there is not: '{type}'. There is: {string.Join(", ", HookKinds.All.Select(row => row.Name))}.";
        if (target.Length == 0) return $"'{text}' does not say what it is on: {type}:{kind.Target.Form}.";
        var (parts, error) = kind.Target.Read(target);
        if (error is not null) return $"'{text}' {error}.";
        name = new HookName(type, string.Join(':', parts));
        return null;
    }
}
