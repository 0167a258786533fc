namespace PSBpf.Runtime.Hooks;

/// <summary>The form of what a kind of hook is on: the parts of a hook's name after the kind.</summary>
/// <param name="Form">How it is written, e.g. <c>&lt;interface&gt;:ingress|egress</c>.</param>
/// <param name="Read">Reads it: the parts, or an error as the end of a sentence.</param>
internal sealed record HookTarget(string Form, Func<string, (string[] Parts, string? Error)> Read)
{
    // IFNAMSIZ: 15 bytes and a zero.
    private const int LongestInterface = 15;

    /// <summary>An interface.</summary>
    public static readonly HookTarget Interface = new("<interface>", text => (([text], InterfaceError(text))));

    /// <summary>Something with a name of its own.</summary>
    public static readonly HookTarget Name = new("<name>", text => ([text], NameError(text, "a name")));

    /// <summary>A function of the kernel, perhaps with an offset.</summary>
    public static readonly HookTarget Function = new("<function>", text => ([text], NameError(text, "a function")));

    /// <summary>A tracepoint.</summary>
    public static readonly HookTarget Tracepoint = new("<category>:<name>", text => Split(text, 2, "a tracepoint as category:name"));

    /// <summary>A function of a program or library. Its path may have colons.</summary>
    public static readonly HookTarget UserFunction = new("<binary>:<function>", text => FromEnd(text, 2, "a function of a file as path:function"));

    /// <summary>A static tracepoint of a program or library.</summary>
    public static readonly HookTarget UserEvent = new("<binary>:<provider>:<name>", text => FromEnd(text, 3, "a static tracepoint as path:provider:name"));

    /// <summary>A cgroup and what happens there.</summary>
    public static readonly HookTarget Cgroup = new("/<path>:<event>", ReadCgroup);

    /// <summary>An interface and one of some words.</summary>
    public static HookTarget InterfaceAnd(params string[] words) => new($"<interface>:{string.Join('|', words)}", text =>
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0) return ([], $"names no {string.Join(" or ", words)}");
        string name = text[..colon].Trim(), word = text[(colon + 1)..].Trim().ToLowerInvariant();
        return ([name, word], InterfaceError(name) ?? (words.Contains(word) ? null : $"names '{word}', which is none of {string.Join(", ", words)}"));
    });

    private static string? InterfaceError(string text) =>
        text.Length is 0 or > LongestInterface || text is "." or ".." || text.Any(character => character is '/' or ':' || IsBlank(character))
            ? $"names no interface: it has 1 to {LongestInterface} characters, without white space, '/' and ':'" : null;

    private static string? NameError(string text, string what) =>
        text.Length == 0 || text.Any(character => character == ':' || IsBlank(character)) ? $"does not name {what}: it has no white space and no ':'" : null;

    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || char.IsControl(character);

    private static (string[] Parts, string? Error) Split(string text, int count, string what)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries);
        return parts.Length == count && parts.All(part => NameError(part, what) is null) ? (parts, null) : ([], $"does not name {what}");
    }

    private static (string[] Parts, string? Error) FromEnd(string text, int count, string what)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries);
        if (parts.Length < count || parts.Any(part => part.Length == 0)) return ([], $"does not name {what}");
        return ([string.Join(':', parts[..^(count - 1)]), .. parts[^(count - 1)..]], null);
    }

    private static (string[] Parts, string? Error) ReadCgroup(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text[0] != '/') return ([], "does not name a cgroup and an event as /path:event");
        string path = text[..colon].Trim(), point = text[(colon + 1)..].Trim().ToLowerInvariant();
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (steps.Any(step => step is "." or "..")) return ([], "names a cgroup by a path with '.' or '..'");
        return (["/" + string.Join('/', steps), point],
            CgroupPoints.All.ContainsKey(point) ? null : $"names '{point}', which does not happen in cgroups: there is {string.Join(", ", CgroupPoints.All.Keys.Order(StringComparer.Ordinal))}");
    }
}
