using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSBpf.Benchmarks.Building;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>What clang -O2 makes of the same C for this machine, called through a function pointer: the floor.</summary>
internal sealed class NativeContender : IContender
{
    public string Name => "native";

    public string? Unavailable => null;

    public IPreparedProgram Prepare(BuiltWorkload workload) => new NativeProgram(workload);

    public void Dispose()
    {
    }

    private sealed unsafe class NativeProgram : IPreparedProgram
    {
        private readonly byte[] _packet;
        private readonly Context* _context;
        private readonly nint _library;
        private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, int> _function;
        private readonly string _copy;

        public NativeProgram(BuiltWorkload workload)
        {
            string path = workload.Native.LibraryPath ?? throw new SkippedException(workload.Native.Reason!);
            // A copy has its own maps; the same file would be loaded once.
            _copy = Path.Combine(Path.GetTempPath(), $"psbpf-bench-{Environment.ProcessId}-{Guid.NewGuid():N}{Path.GetExtension(path)}");
            File.Copy(path, _copy);
            _library = NativeLibrary.Load(_copy);
            _packet = workload.Workload.Packet;
            _context = (Context*)NativeMemory.AlignedAlloc((nuint)(sizeof(Context) + 64 + _packet.Length), 64);
            byte* data = (byte*)_context + 64;
            *_context = new Context { Data = (ulong)data, DataEnd = (ulong)data + (ulong)_packet.Length, Length = (uint)_packet.Length };
            if (NativeLibrary.TryGetExport(_library, "setup", out nint setup)) ((delegate* unmanaged[Cdecl]<Context*, int>)setup)(_context);
            _function = (delegate* unmanaged[Cdecl, SuppressGCTransition]<Context*, int>)NativeLibrary.GetExport(_library, "bench");
        }

        public SamplePlan Plan { get; } = new(1e6, 10);

        public Outcome RunOnce()
        {
            Reset();
            uint result = (uint)_function(_context);
            return new Outcome(result, new ReadOnlySpan<byte>((byte*)_context + 64, _packet.Length).ToArray());
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public double Measure(int runs)
        {
            Reset();
            var function = _function;
            var context = _context;
            long start = Stopwatch.GetTimestamp();
            for (int run = 0; run < runs; run++) function(context);
            return (Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency) / runs;
        }

        public void Dispose()
        {
            NativeLibrary.Free(_library);
            NativeMemory.AlignedFree(_context);
            File.Delete(_copy);
        }

        private void Reset() => _packet.CopyTo(new Span<byte>((byte*)_context + 64, _packet.Length));
    }

    // struct bench_context of bench_native.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Context
    {
        public ulong Data, DataEnd;
        public uint Length;
    }
}
