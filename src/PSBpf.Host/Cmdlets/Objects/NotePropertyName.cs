using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>The name of a note property, which the name of a member type is not.</summary>
/// <remarks>
/// <c>Add-Member x 5</c> gives a name and a value, <c>Add-Member NoteProperty x 5</c> a member type before them. PowerShell
/// tries both on the first argument and takes that which it can be converted to, so the conversion decides.
/// </remarks>
internal sealed class NotePropertyName
{
    /// <summary>Initializes a new instance of the <see cref="NotePropertyName"/> class.</summary>
    /// <param name="text">The name.</param>
    /// <exception cref="PSInvalidCastException">The text is empty or names a member type.</exception>
    public NotePropertyName(string text)
    {
        bool memberType = Enum.TryParse(text, ignoreCase: true, out PSMemberTypes type) && Enum.IsDefined(type) && char.IsLetter(text[0]);
        if (text.Length == 0 || memberType)
            throw new PSInvalidCastException($"'{text}' is no name for a property.");
        Text = text;
    }

    /// <summary>Gets the name.</summary>
    public string Text { get; }
}
