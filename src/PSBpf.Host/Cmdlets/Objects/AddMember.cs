using System.Collections;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Add-Member: puts properties, methods or a type name onto an object.</summary>
[Cmdlet(VerbsCommon.Add, "Member", DefaultParameterSetName = TypeNameSet)]
internal sealed class AddMember : PSCmdlet
{
    private const string MemberSet = "MemberSet";
    private const string NoteSet = "NotePropertySingleMemberSet";
    private const string NotesSet = "NotePropertyMultiMemberSet";
    private const string TypeNameSet = "TypeNameSet";

    /// <summary>Gets or sets the object.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Gets or sets the kind of member.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MemberSet)]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; }

    /// <summary>Gets or sets the member's name.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MemberSet)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Gets or sets the value, the aliased name, or the script that gets or runs.</summary>
    [Parameter(Position = 2, ParameterSetName = MemberSet)]
    public object? Value { get; set; }

    /// <summary>Gets or sets the script that sets, or the type of an alias.</summary>
    [Parameter(Position = 3, ParameterSetName = MemberSet)]
    public object? SecondValue { get; set; }

    /// <summary>Gets or sets a name to put before the object's type names.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TypeNameSet)]
    [Parameter(ParameterSetName = MemberSet)]
    [Parameter(ParameterSetName = NoteSet)]
    [Parameter(ParameterSetName = NotesSet)]
    [ValidateNotNullOrEmpty]
    public string? TypeName { get; set; }

    /// <summary>Gets or sets a value indicating whether a member of the same name is replaced.</summary>
    [Parameter(ParameterSetName = MemberSet)]
    [Parameter(ParameterSetName = NoteSet)]
    [Parameter(ParameterSetName = NotesSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether the object is given.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Gets or sets the name of a note property.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NoteSet)]
    public NotePropertyName? NotePropertyName { get; set; }

    /// <summary>Gets or sets the value of that note property.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NoteSet)]
    [AllowNull]
    public object? NotePropertyValue { get; set; }

    /// <summary>Gets or sets note properties by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NotesSet)]
    public IDictionary? NotePropertyMembers { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool added = true;
        switch (ParameterSetName)
        {
            case MemberSet:
                added = NewMember() is { } member && Add(member);
                break;
            case NoteSet:
                added = Add(new PSNoteProperty(NotePropertyName!.Text, NotePropertyValue));
                break;
            case NotesSet:
                foreach (DictionaryEntry entry in NotePropertyMembers!)
                    added &= Add(new PSNoteProperty(LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value));
                break;
        }

        if (!added)
            return;
        if (TypeName is not null)
            InputObject.TypeNames.Insert(0, TypeName);
        if (PassThru)
            WriteObject(InputObject);
    }

    private PSMemberInfo? NewMember()
    {
        switch (MemberType)
        {
            case PSMemberTypes.NoteProperty:
                return new PSNoteProperty(Name, Value);
            case PSMemberTypes.AliasProperty:
                string target = LanguagePrimitives.ConvertTo<string>(Value);
                return SecondValue is null
                    ? new PSAliasProperty(Name, target)
                    : new PSAliasProperty(Name, target, LanguagePrimitives.ConvertTo<Type>(SecondValue));
            case PSMemberTypes.ScriptProperty when SecondValue is null:
                return new PSScriptProperty(Name, LanguagePrimitives.ConvertTo<ScriptBlock>(Value));
            case PSMemberTypes.ScriptProperty:
                return new PSScriptProperty(
                    Name,
                    Value is null ? null : LanguagePrimitives.ConvertTo<ScriptBlock>(Value),
                    LanguagePrimitives.ConvertTo<ScriptBlock>(SecondValue));
            case PSMemberTypes.ScriptMethod:
                return new PSScriptMethod(Name, LanguagePrimitives.ConvertTo<ScriptBlock>(Value));
            case PSMemberTypes.PropertySet:
                return new PSPropertySet(Name, LanguagePrimitives.ConvertTo<string[]>(Value));
            default:
                Fail($"A member of type {MemberType} cannot be added.", "CannotAddMemberType");
                return null;
        }
    }

    private bool Add(PSMemberInfo member)
    {
        if (InputObject.Members[member.Name] is { } existing)
        {
            if (!Force)
            {
                Fail($"Cannot add a member with the name \"{member.Name}\" because a member with that name already exists."
                    + " To overwrite the member anyway, add the Force parameter to your command.", "MemberAlreadyExists");
                return false;
            }

            if (existing.IsInstance)
                InputObject.Members.Remove(member.Name);
        }

        InputObject.Members.Add(member);
        return true;
    }

    private void Fail(string message, string id) =>
        WriteError(new ErrorRecord(new InvalidOperationException(message), id, ErrorCategory.InvalidOperation, InputObject));
}
