using System.Collections.Frozen;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Cfg;

/// <summary>Helpers that only some targets allow, beyond the program's type and attach type.</summary>
internal static class AttachHelpers
{
    // Where paths may be looked up while a function is traced, as bpf-helpers(7) hints at.
    private static readonly FrozenSet<string> PathFunctions = FrozenSet.ToFrozenSet(
    [
        "security_file_permission", "security_inode_getattr", "security_file_open", "security_path_truncate", "vfs_truncate", "vfs_fallocate", "dentry_open", "vfs_getattr", "filp_close",
    ]);

    private static readonly FrozenSet<string> SocketIterators = FrozenSet.ToFrozenSet(["tcp", "unix"]);

    private static readonly FrozenSet<string> SocketHooks = FrozenSet.ToFrozenSet(["socket_post_create", "socket_bind", "socket_connect", "socket_accept", "socket_listen"]);

    /// <summary>Whether a program that attaches to a target may call a helper that its type and attach type allow.</summary>
    public static bool IsAllowed(HelperPrototype helper, ProgramSpec spec, string target)
    {
        bool isHook = spec.Type == ProgramType.Lsm;
        // A connection's end is no time to change its options.
        if (spec.Type == ProgramType.StructOps) return helper.Name is not ("bpf_setsockopt" or "bpf_getsockopt") || target != "release";
        return helper.Name switch
        {
            "bpf_d_path" => isHook ? LsmHooks.MaySleep(target) : spec.ExpectedAttachType == AttachType.TraceIter || PathFunctions.Contains(target),
            "bpf_setsockopt" or "bpf_getsockopt" => isHook ? SocketHooks.Contains(target) : SocketIterators.Contains(target),
            "bpf_get_local_storage" => spec.ExpectedAttachType == AttachType.LsmCgroup,
            "bpf_ima_inode_hash" or "bpf_ima_file_hash" => LsmHooks.MaySleep(target),
            _ => true,
        };
    }
}
