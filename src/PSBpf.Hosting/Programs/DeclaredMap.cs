using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>
/// A map of a type that the managed kernel does not make, so that its verifier can still judge programs that use it: to
/// judge takes the blueprint only. It never gets into a session.
/// </summary>
internal sealed class DeclaredMap(MapSpec spec) : IKernelMap
{
    public int Id => 0;

    public MapSpec Spec => spec;

    public int UserValueSize => (int)spec.ValueSize;

    public long MemoryBytes => 0;

    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value) => Errno.EBADF;

    public Errno Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags) => Errno.EBADF;

    public Errno Delete(ReadOnlySpan<byte> key) => Errno.EBADF;

    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value) => Errno.EBADF;

    public Errno NextKey(ReadOnlySpan<byte> key, Span<byte> next) => Errno.EBADF;

    public IRingBufferReader OpenRingBuffer() => throw DiagnosticRules.WrongKind.Error($"Map '{spec.Name}' is only declared.");

    public IUserRingBufferWriter OpenUserRingBuffer() => throw DiagnosticRules.WrongKind.Error($"Map '{spec.Name}' is only declared.");

    public IPerfBufferReader OpenPerfBuffer(PerfBufferOptions options) => throw DiagnosticRules.WrongKind.Error($"Map '{spec.Name}' is only declared.");

    public void Dispose()
    {
    }
}
