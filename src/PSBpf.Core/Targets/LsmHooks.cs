using System.Collections.Frozen;

namespace PSBpf.Targets;

/// <summary>
/// What holds for LSM hooks beyond their prototypes. The kernel keeps these lists; none of them is in its types, and the machine that was
/// asked about everything else loads no LSM programs: hooks that are not known to be allowed are refused.
/// </summary>
public static class LsmHooks
{
    private static readonly FrozenSet<string> Disabled = Names("""
        vm_enough_memory inode_need_killpriv inode_getsecurity inode_listsecurity inode_copy_up_xattr getselfattr getprocattr setprocattr
        key_getsecurity audit_rule_match ismaclabel
        """);

    // Their objects are being made or freed.
    private static readonly FrozenSet<string> Untrusted = Names("""
        bpf_map_free bpf_prog_free file_alloc_security file_free_security sk_alloc_security sk_free_security task_free key_free bpf_token_free inode_free_security
        inode_free_security_rcu cred_free
        """);

    private static readonly FrozenSet<string> Truths = Names("audit_rule_known inode_xattr_skipcap");

    private static readonly FrozenSet<string> Sleepable = Names("""
        bpf bpf_map bpf_prog bprm_check_security bprm_committed_creds bprm_committing_creds bprm_creds_for_exec bprm_creds_from_file capget capset
        cred_prepare file_ioctl file_lock file_open file_receive inode_create inode_getattr inode_getxattr inode_mknod inode_readlink
        inode_removexattr inode_rename inode_rmdir inode_setattr inode_setxattr inode_symlink inode_unlink kernel_module_request kernel_read_file
        path_mkdir path_mknod path_rename path_rmdir path_symlink path_truncate path_unlink quotactl socket_accept socket_bind socket_connect
        socket_create socket_getpeername socket_getsockname socket_getsockopt socket_listen socket_recvmsg socket_sendmsg socket_shutdown
        socket_socketpair syslog task_alloc task_prctl
        """);

    /// <summary>Whether programs may attach to a hook at all.</summary>
    public static bool IsEnabled(string hook) => !Disabled.Contains(hook);

    /// <summary>Whether the objects that a hook hands out are valid while the program runs.</summary>
    public static bool IsTrusted(string hook) => !Untrusted.Contains(hook);

    /// <summary>Whether a hook returns whether, and no errno.</summary>
    public static bool ReturnsTruth(string hook) => Truths.Contains(hook);

    /// <summary>Whether programs at a hook may sleep.</summary>
    public static bool MaySleep(string hook) => Sleepable.Contains(hook);

    private static FrozenSet<string> Names(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
