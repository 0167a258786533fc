using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Member: lists the members that objects have, once for each type.</summary>
[Cmdlet(VerbsCommon.Get, "Member")]
internal sealed class GetMember : PSCmdlet
{
    private readonly HashSet<string> _types = [];
    private bool _any;

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the names of the members; * and ? stand for characters.</summary>
    [Parameter(Position = 0)]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Gets or sets the kinds of members.</summary>
    [Parameter]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;

    /// <summary>Gets or sets a value indicating whether to list what belongs to the type instead of its objects.</summary>
    [Parameter]
    public SwitchParameter Static { get; set; }

    /// <summary>Gets or sets a value indicating whether to list hidden members and accessors too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        _any = true;
        string typeName = Static ? StaticType().FullName ?? string.Empty : InputObject.TypeNames.FirstOrDefault() ?? "<null>";
        if (!_types.Add(typeName))
            return;

        IEnumerable<(string Name, string Kind, string Definition)> members = Static ? StaticMembers() : InstanceMembers();
        WildcardPattern[] patterns = [.. Name.Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        foreach ((string name, string kind, string definition) in members
            .Where(member => patterns.Any(pattern => pattern.IsMatch(member.Name)))
            .OrderBy(static member => member.Kind, StringComparer.Ordinal)
            .ThenBy(static member => member.Name, StringComparer.OrdinalIgnoreCase))
        {
            var result = new PSObject();
            result.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.MemberDefinition"); // the engine has its format view
            result.Properties.Add(new PSNoteProperty("TypeName", typeName));
            result.Properties.Add(new PSNoteProperty("Name", name));
            result.Properties.Add(new PSNoteProperty("MemberType", kind));
            result.Properties.Add(new PSNoteProperty("Definition", definition));
            WriteObject(result);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_any)
        {
            WriteError(new ErrorRecord(
                new InvalidOperationException("You must specify an object for the Get-Member cmdlet."),
                "NoObjectInGetMember",
                ErrorCategory.CloseError,
                targetObject: null));
        }
    }

    private static bool IsAccessor(string name) =>
        name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)
        || name.StartsWith("add_", StringComparison.Ordinal) || name.StartsWith("remove_", StringComparison.Ordinal);

    private Type StaticType() => InputObject!.BaseObject as Type ?? InputObject.BaseObject.GetType();

    private IEnumerable<(string Name, string Kind, string Definition)> InstanceMembers() =>
        from member in InputObject!.Members
        where (member.MemberType & MemberType) != 0
        where Force || (!IsAccessor(member.Name) && member.MemberType != PSMemberTypes.MemberSet)
        select (member.Name, member.MemberType.ToString(), member.ToString() ?? string.Empty);

    private IEnumerable<(string Name, string Kind, string Definition)> StaticMembers()
    {
        Type type = StaticType();
        const System.Reflection.BindingFlags Flags = System.Reflection.BindingFlags.Static
            | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.FlattenHierarchy;
        if ((MemberType & PSMemberTypes.Method) != 0)
        {
            foreach (IGrouping<string, System.Reflection.MethodInfo> overloads in type.GetMethods(Flags)
                .Where(method => Force || !method.IsSpecialName).GroupBy(static method => method.Name))
            {
                yield return (overloads.Key, nameof(PSMemberTypes.Method), string.Join(", ", overloads.Select(static method => "static " + method)));
            }
        }

        if ((MemberType & PSMemberTypes.Property) == 0)
            yield break;
        foreach (System.Reflection.PropertyInfo property in type.GetProperties(Flags))
            yield return (property.Name, nameof(PSMemberTypes.Property), $"static {property} {{{(property.CanRead ? "get;" : "")}{(property.CanWrite ? "set;" : "")}}}");
        foreach (System.Reflection.FieldInfo field in type.GetFields(Flags))
            yield return (field.Name, nameof(PSMemberTypes.Property), $"static {field}");
    }
}
