namespace PSBpf.Runtime.Helpers;

/// <summary>
/// The helpers that call functions of the program. They have no method: interpreter and compiled code do themselves what these helpers
/// do, since the functions are part of the program that they execute.
/// </summary>
internal static class CallbackHelpers
{
    /// <summary>bpf_for_each_map_elem.</summary>
    public const int ForEachMapElement = 164;

    /// <summary>bpf_loop.</summary>
    public const int Loop = 181;

    /// <summary>bpf_user_ringbuf_drain.</summary>
    public const int DrainRecords = 209;

    /// <summary>The kernel's BPF_MAX_LOOPS.</summary>
    public const uint MaximumRounds = 8 * 1024 * 1024;

    /// <summary>Whether a helper is one of them.</summary>
    public static bool Implements(int id) => id is ForEachMapElement or Loop or DrainRecords;
}
