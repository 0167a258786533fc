using System.Reflection;

namespace PSBpf.Host;

/// <summary>The host's version, as the build stamped it into the assembly.</summary>
internal static class HostVersion
{
    /// <summary>Gets the version without the source revision that the SDK appends after a plus sign.</summary>
    public static string Text { get; } =
        typeof(HostVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Gets the version as numbers, for <c>$Host.Version</c>.</summary>
    public static Version Number { get; } = typeof(HostVersion).Assembly.GetName().Version!;
}
