using System.Management.Automation;
using System.Reflection;

namespace PSBpf.Host.Cmdlets;

/// <summary>The host's cmdlets: every class of this namespace with a <see cref="CmdletAttribute"/>.</summary>
internal static class HostCmdlets
{
    /// <summary>Gets the names and the classes.</summary>
    public static IReadOnlyList<(string Name, Type Type)> All { get; } = Find();

    private static (string Name, Type Type)[] Find() =>
    [
        .. from type in typeof(HostCmdlets).Assembly.GetTypes()
           let cmdlet = type.GetCustomAttribute<CmdletAttribute>(inherit: false)
           where cmdlet is not null && type.Namespace == typeof(HostCmdlets).Namespace
           let name = $"{cmdlet.VerbName}-{cmdlet.NounName}"
           orderby name
           select (name, type),
    ];
}
