using System.Globalization;
using System.Runtime.Versioning;

namespace PSBpf.Linux.Access;

/// <summary>What decides whether this thread may use bpf(2), as far as /proc and /sys show it.</summary>
internal sealed record Privileges
{
    // Numbers of include/uapi/linux/capability.h.
    private const int CapNetAdmin = 12;
    private const int CapSysAdmin = 21;
    private const int CapPerfmon = 38;
    private const int CapBpf = 39;

    /// <summary>The effective capability set; null when it could not be read.</summary>
    public ulong? Capabilities { get; init; }

    /// <summary>kernel.unprivileged_bpf_disabled: 0 allowed, 1 or 2 not; null when it could not be read.</summary>
    public int? UnprivilegedDisabled { get; init; }

    /// <summary>Whether a seccomp filter watches the process, as in most containers.</summary>
    public bool SeccompFilter { get; init; }

    /// <summary>Whether it lives in a user namespace, whose capabilities do not count for bpf(2).</summary>
    public bool UserNamespace { get; init; }

    /// <summary>The active lockdown mode, e.g. <c>integrity</c>; empty when there is none or it could not be read.</summary>
    public string Lockdown { get; init; } = "";

    /// <summary>Capabilities that bpf(2) asks for and the thread does not have.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            // CAP_SYS_ADMIN stands for all three, as it did before Linux 5.8 split them off.
            if (Capabilities is not { } held || Has(held, CapSysAdmin)) return [];
            var missing = new List<string>();
            if (!Has(held, CapBpf)) missing.Add("CAP_BPF");
            if (!Has(held, CapPerfmon)) missing.Add("CAP_PERFMON");
            if (!Has(held, CapNetAdmin)) missing.Add("CAP_NET_ADMIN");
            return missing;
        }
    }

    /// <summary>Reads the calling thread's state; capabilities belong to threads.</summary>
    [SupportedOSPlatform("linux")]
    public static Privileges Read() => Parse(
        TryRead("/proc/thread-self/status"),
        TryRead("/proc/sys/kernel/unprivileged_bpf_disabled"),
        TryRead("/sys/kernel/security/lockdown"),
        TryRead("/proc/self/uid_map"));

    /// <summary>Understands the texts of the files; empty where one could not be read.</summary>
    public static Privileges Parse(string status, string unprivilegedDisabled, string lockdown, string userMap)
    {
        ulong? capabilities = null;
        var seccomp = false;
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask))
                capabilities = mask;
            else if (line.StartsWith("Seccomp:", StringComparison.Ordinal))
                seccomp = line.AsSpan(8).Trim() is "2";
        }

        // The file lists the modes, the active one in brackets.
        int open = lockdown.IndexOf('['), close = lockdown.IndexOf(']');
        var mode = open >= 0 && close > open ? lockdown[(open + 1)..close] : "";

        // The first namespace maps the whole range onto itself.
        var map = userMap.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new Privileges
        {
            Capabilities = capabilities,
            UnprivilegedDisabled = int.TryParse(unprivilegedDisabled.Trim(), CultureInfo.InvariantCulture, out var value) ? value : null,
            SeccompFilter = seccomp,
            UserNamespace = map.Length > 0 && map is not ["0", "0", "4294967295"],
            Lockdown = mode is "none" ? "" : mode,
        };
    }

    /// <summary>Says in words what stands in the way, as far as it can be seen.</summary>
    public string Explain()
    {
        var reasons = new List<string>();
        var missing = Missing;
        if (missing.Count > 0) reasons.Add($"the process lacks {Join(missing)}");
        if (missing.Count > 0 && UnprivilegedDisabled is > 0)
            reasons.Add($"kernel.unprivileged_bpf_disabled is {UnprivilegedDisabled}");
        if (UserNamespace) reasons.Add("it runs in a user namespace, whose capabilities do not count for bpf(2)");
        if (SeccompFilter) reasons.Add("a seccomp filter is active, which containers often use to forbid bpf(2)");
        if (Lockdown.Length > 0) reasons.Add($"the kernel is locked down ({Lockdown})");
        if (reasons.Count > 0) return string.Join("; ", reasons);
        return Capabilities is null
            ? "which privilege is missing could not be read from /proc"
            : "the process has the capabilities that are needed, so a security policy or the kernel's configuration forbids it";
    }

    private static bool Has(ulong held, int capability) => (held >> capability & 1) != 0;

    private static string Join(IReadOnlyList<string> names) =>
        names.Count == 1 ? names[0] : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
