using System.Text;

namespace PSBpf.Runtime.Environment;

/// <summary>A setting of the kernel (sysctl) that somebody reads or writes: what programs of cgroups are asked about.</summary>
/// <param name="Name">Its path below /proc/sys, e.g. <c>net/ipv4/ip_forward</c>.</param>
/// <param name="Value">What it is, as it is read: mostly with a newline at its end.</param>
public sealed record SettingAccess(string Name, string Value)
{
    /// <summary>What somebody writes; empty when it is read.</summary>
    public string NewValue { get; init; } = "";

    internal byte[] NameBytes => Encoding.UTF8.GetBytes(Name);

    internal byte[] ValueBytes => Encoding.UTF8.GetBytes(Value);

    internal byte[] NewValueBytes => Encoding.UTF8.GetBytes(NewValue);
}
