using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_SOCKMAP, REUSEPORT_SOCKARRAY and XSKMAP: sockets by index. A slot holds the address of its socket, 0 for none.</summary>
internal sealed unsafe class SocketArrayMap : RuntimeMap, ISocketMap, IRedirectMap
{
    private readonly ulong* _sockets;
    private readonly uint _count;
    private readonly Lock _changing = new();

    public SocketArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _count = spec.MaxEntries;
        _sockets = (ulong*)Allocate((long)sizeof(ulong) * _count).Address;
    }

    /// <inheritdoc/>
    public ulong RedirectFlags => 0;

    private bool IsXskmap => Spec.Type == MapType.Xskmap;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public bool TryGetTarget(uint key, out uint target)
    {
        target = key < _count && Engine.Sockets.At(Volatile.Read(ref _sockets[key])) is { } socket ? (uint)socket.Cookie : 0;
        return target != 0;
    }

    /// <inheritdoc/>
    public SocketIdentity? Find(byte* key) => At(*(uint*)key) is not 0 and var address ? Engine.Sockets.At(address) : null;

    /// <inheritdoc/>
    public Errno Store(byte* key, SocketIdentity socket, ulong flags)
    {
        uint index = *(uint*)key;
        if (flags > (ulong)MapUpdateFlags.Exist) return Errno.EINVAL;
        if (index >= _count) return Errno.E2BIG;
        var error = Check(socket);
        if (error != Errno.None && Spec.Type != MapType.ReuseportSockArray) return error;
        ulong address = Engine.Sockets.AddressOf(socket.Cookie);
        lock (_changing)
        {
            ulong old = _sockets[index];

            // An XSKMAP does not mind who is there already.
            if (IsXskmap && old == address) return Errno.None;
            if (old != 0 && flags == (ulong)MapUpdateFlags.NoExist) return Errno.EEXIST;
            if (old == 0 && flags == (ulong)MapUpdateFlags.Exist) return Errno.ENOENT;
            if (error != Errno.None) return error;
            Volatile.Write(ref _sockets[index], address);
            return Errno.None;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        ulong address = At(*(uint*)key);
        return address != 0 && IsXskmap ? SocketTable.XdpOf(address) : address;
    }

    /// <summary>A program's update, whose value is a pointer to a socket.</summary>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) =>
        Engine.Sockets.At((ulong)value) is { } socket && Spec.Type == MapType.Sockmap ? Store(key, socket, flags) : Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= _count) return Spec.Type == MapType.ReuseportSockArray ? Errno.E2BIG : Errno.EINVAL;
        ulong old = Interlocked.Exchange(ref _sockets[index], 0);
        if (old != 0 || IsXskmap) return Errno.None;
        return Spec.Type == MapType.Sockmap ? Errno.EINVAL : Errno.ENOENT;
    }

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => IsXskmap ? Errno.EOPNOTSUPP : SocketRules.Write(Engine, At(*(uint*)key), value, ValueSize);

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        // A SOCKMAP looks at the socket first.
        if (flags > (ulong)MapUpdateFlags.Exist && Spec.Type != MapType.Sockmap) return Errno.EINVAL;
        if (*(uint*)key >= _count && Spec.Type != MapType.Sockmap) return Errno.E2BIG;
        var error = SocketRules.Read(Engine, value, ValueSize, out var socket);
        return error != Errno.None ? error : Store(key, socket!, flags);
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);

    private ulong At(uint index) => index < _count ? Volatile.Read(ref _sockets[index]) : 0;

    private Errno Check(SocketIdentity socket) => Spec.Type switch
    {
        MapType.Sockmap => SocketRules.CheckForwarding(socket),
        MapType.ReuseportSockArray => SocketRules.CheckWaiting(socket),
        _ => SocketRules.CheckFrames(socket),
    };
}
