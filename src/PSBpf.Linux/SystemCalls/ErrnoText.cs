using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>Names and meanings of the error numbers that bpf(2) is known to set, for messages.</summary>
internal static class ErrnoText
{
    /// <summary>The name, e.g. <c>EPERM</c>; the number where it has none here.</summary>
    public static string Name(Errno error) => Meaning(error).Name;

    /// <summary>Name and meaning, e.g. <c>EPERM (operation not permitted)</c>.</summary>
    public static string Describe(Errno error)
    {
        var (name, text) = Meaning(error);
        return text.Length == 0 ? name : $"{name} ({text})";
    }

    private static (string Name, string Text) Meaning(Errno error) => (int)error switch
    {
        1 => ("EPERM", "operation not permitted"),
        2 => ("ENOENT", "no such entry"),
        3 => ("ESRCH", "no such thing in the kernel's type information"),
        4 => ("EINTR", "interrupted by a signal"),
        5 => ("EIO", "input or output error"),
        6 => ("ENXIO", "no such device or address"),
        7 => ("E2BIG", "too big, or the kernel is older than the field that was set"),
        9 => ("EBADF", "not an open descriptor of that kind"),
        11 => ("EAGAIN", "try again"),
        12 => ("ENOMEM", "out of memory"),
        13 => ("EACCES", "permission denied"),
        14 => ("EFAULT", "bad address"),
        16 => ("EBUSY", "in use"),
        17 => ("EEXIST", "exists already"),
        19 => ("ENODEV", "no such device"),
        22 => ("EINVAL", "invalid argument"),
        23 => ("ENFILE", "too many open files in the system"),
        24 => ("EMFILE", "too many open files in this process"),
        28 => ("ENOSPC", "no room left"),
        33 => ("EDOM", "outside the domain"),
        34 => ("ERANGE", "out of range"),
        38 => ("ENOSYS", "the kernel has no such system call"),
        40 => ("ELOOP", "too many levels"),
        71 => ("EPROTO", "protocol error"),
        75 => ("EOVERFLOW", "value too large"),
        90 => ("EMSGSIZE", "message too long"),
        95 => ("EOPNOTSUPP", "operation not supported"),
        97 => ("EAFNOSUPPORT", "address family not supported"),
        110 => ("ETIMEDOUT", "timed out"),
        524 => ("ENOTSUPP", "the kernel does not support it"),
        var number => ($"errno {number}", ""),
    };
}
