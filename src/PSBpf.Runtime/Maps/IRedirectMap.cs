namespace PSBpf.Runtime.Maps;

/// <summary>A map whose entries packets are redirected to.</summary>
internal interface IRedirectMap
{
    /// <summary>What bpf_redirect_map takes as flags besides the answer for a missing entry.</summary>
    ulong RedirectFlags { get; }

    /// <summary>What an entry stands for: an interface's index, a CPU, a socket.</summary>
    bool TryGetTarget(uint key, out uint target);

    /// <summary>The program that packets to an entry go through; null for none. Called inside of a run.</summary>
    ManagedProgram? ProgramOf(uint key) => null;
}

/// <summary>Flags of bpf_redirect_map.</summary>
internal static class RedirectTarget
{
    /// <summary>BPF_F_BROADCAST: to every entry.</summary>
    public const ulong Broadcast = 1 << 3;

    /// <summary>BPF_F_EXCLUDE_INGRESS: but not back to where it came from.</summary>
    public const ulong ExcludeIngress = 1 << 4;
}
