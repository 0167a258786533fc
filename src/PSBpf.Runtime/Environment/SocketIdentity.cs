namespace PSBpf.Runtime.Environment;

/// <summary>The socket that packets belong to, as programs can tell.</summary>
/// <param name="Cookie">What bpf_get_socket_cookie gives; 0 for no socket.</param>
/// <param name="UserId">What bpf_get_socket_uid gives.</param>
public sealed record SocketIdentity(ulong Cookie, uint UserId);
