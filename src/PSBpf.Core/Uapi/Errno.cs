namespace PSBpf.Uapi;

/// <summary>Linux error numbers that BPF operations answer with. Programs see them negated.</summary>
public enum Errno
{
#pragma warning disable CS1591 // The names are the documentation: those of errno(3).
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    E2BIG = 7,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    ENODEV = 19,
    EINVAL = 22,
    ENOSPC = 28,
    ERANGE = 34,
    EDOM = 33,
    EDEADLK = 35,
    ENOSYS = 38,
    ELOOP = 40,
    EPROTO = 71,
    EOVERFLOW = 75,
    EOPNOTSUPP = 95,
    EAFNOSUPPORT = 97,
    EALREADY = 114,
    ENOTSUPP = 524,
#pragma warning restore CS1591
}
