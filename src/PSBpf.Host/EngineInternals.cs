using System.Management.Automation;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace PSBpf.Host;

/// <summary>The two things that PowerShell's own Utility cmdlets take from the engine and that it makes public to nobody else.</summary>
/// <remarks>
/// <para>
/// A formatter with a shape: the base classes of Format-Table and Format-List are public and do all the work, but the
/// object that they do it with is an internal field that their owner sets. Without it a cmdlet can only emit what
/// Out-Default would choose by itself, not a table where the type has a list view, nor chosen properties.
/// </para>
/// <para>
/// The exception by which Select-Object -First ends the commands before it in the pipeline, and only those.
/// </para>
/// <para>
/// The host is built with one version of System.Management.Automation and ships it, so these cannot change underneath it;
/// a test exercises both, and fails with a new version that has lost them.
/// </para>
/// </remarks>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private const string FormatNamespace = "Microsoft.PowerShell.Commands.Internal.Format.";

    private static readonly Assembly Engine = typeof(PSObject).Assembly;

    /// <summary>Gives a formatting cmdlet the formatter for its shape.</summary>
    /// <param name="cmdlet">The cmdlet, in its constructor.</param>
    /// <param name="shape">The name of the shape: Table, List or Wide.</param>
    public static void SetShape(FrontEndCommandBase cmdlet, string shape)
    {
        object value = Enum.Parse(Internal(FormatNamespace + "FormatShape"), shape);
        object formatter = Construct(Internal(FormatNamespace + "InnerFormatShapeCommand"), value);
        FieldInfo field = typeof(FrontEndCommandBase).GetField("implementation", Hidden)
            ?? throw Missing($"{nameof(FrontEndCommandBase)}.implementation");
        field.SetValue(cmdlet, formatter);
    }

    /// <summary>Makes the exception that ends the commands before a cmdlet and lets those after it finish.</summary>
    /// <param name="cmdlet">The cmdlet that wants no more input.</param>
    /// <returns>The exception, for the cmdlet to throw.</returns>
    public static Exception StopUpstream(PSCmdlet cmdlet) =>
        (Exception)Construct(Internal("System.Management.Automation.StopUpstreamCommandsException"), cmdlet);

    private static Type Internal(string name) => Engine.GetType(name) ?? throw Missing(name);

    private static object Construct(Type type, object argument) =>
        Activator.CreateInstance(type, Hidden, binder: null, [argument], culture: null) ?? throw Missing(type.Name);

    private static MissingMemberException Missing(string name) =>
        new($"{Engine.GetName().Name} {Engine.GetName().Version} has no {name}; psbpf is built for 7.6.9.");
}
