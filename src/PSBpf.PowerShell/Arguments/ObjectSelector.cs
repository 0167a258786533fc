using System.Globalization;
using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>What an id, a name or a name with wildcards means among things that a kernel lists.</summary>
internal sealed class ObjectSelector(string text)
{
    private readonly WildcardPattern? _pattern = WildcardPattern.ContainsWildcardCharacters(text) ? WildcardPattern.Get(text, WildcardOptions.None) : null;

    /// <summary>Whether it is no error that nothing is meant.</summary>
    public bool MayBeNothing => _pattern is not null;

    /// <summary>Whether it means a thing.</summary>
    public bool Means(int id, string name) => _pattern?.IsMatch(name) ?? (name == text || id.ToString(CultureInfo.InvariantCulture) == text);

    public override string ToString() => text;
}
