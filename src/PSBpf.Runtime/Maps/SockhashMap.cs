using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_SOCKHASH: sockets by any key. An element holds the cookie of its socket.</summary>
/// <typeparam name="TKey">The kind of keys.</typeparam>
internal sealed unsafe class SockhashMap<TKey>(Engine engine, MapSpec spec)
    : HashMap<TKey>(engine, spec, perCpu: false, evicts: false, exposed: false), ISocketMap
    where TKey : struct, IHashKey
{
    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        ulong value = base.Lookup(key, cpu);
        return value == 0 ? 0 : Engine.Sockets.AddressOf(*(uint*)value);
    }

    /// <inheritdoc/>
    public SocketIdentity? Find(byte* key) => Lookup(key, 0) is not 0 and var address ? Engine.Sockets.At(address) : null;

    /// <inheritdoc/>
    public Errno Store(byte* key, SocketIdentity socket, ulong flags)
    {
        if (flags > (ulong)MapUpdateFlags.Exist) return Errno.EINVAL;
        var error = SocketRules.CheckForwarding(socket);
        if (error != Errno.None) return error;
        ulong cookie = socket.Cookie;
        return cookie > int.MaxValue ? Errno.EOPNOTSUPP : base.Update(key, (byte*)&cookie, flags, 0);
    }

    /// <summary>A program's update, whose value is a pointer to a socket.</summary>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Engine.Sockets.At((ulong)value) is { } socket ? Store(key, socket, flags) : Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => SocketRules.Write(Engine, Lookup(key, 0), value, ValueSize);

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        var error = SocketRules.Read(Engine, value, ValueSize, out var socket);
        return error != Errno.None ? error : Store(key, socket!, flags);
    }

    /// <inheritdoc/>
    public override Errno TakeValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.None;
}
