using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Running;

/// <summary>BPF_PROG_TEST_RUN.</summary>
/// <param name="spec">The program.</param>
/// <param name="descriptor">Its descriptor, open during the run.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class TestRunner(ProgramSpec spec, int descriptor)
{
    // A program can grow its packet; when it does not fit, the kernel has run the program and cannot be asked again.
    private const int HeadRoom = 64 * 1024;

    // The kernel repeats without looking for anything but signals: slices of this length let a caller cancel.
    private const uint FirstSlice = 4096;
    private const uint LargestSlice = 1u << 30;
    private static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(100);

    private readonly TestRunShape _shape = TestRunShape.Of(spec.Type);

    public TestRunResult Run(TestRunRequest request, CancellationToken cancellation)
    {
        if (request.Repeat < 1)
            throw new ArgumentOutOfRangeException(nameof(request), request.Repeat, "Repeat must be at least 1.");

        var context = ContextFor(request);
        using var data = request.Data.Pin();
        using var contextIn = context.AsMemory().Pin();
        var attributes = new TestRunAttributes
        {
            ProgramDescriptor = descriptor,
            DataIn = request.Data.IsEmpty ? 0 : (ulong)data.Pointer,
            DataSizeIn = (uint)request.Data.Length,
            ContextIn = context.Length == 0 ? 0 : (ulong)contextIn.Pointer,
            ContextSizeIn = (uint)context.Length,
        };

        // The kernel repeats on what the run before left of the packet. The last run is a call of its own, from fresh
        // input, so that what it returns is the outcome of one run however many came before.
        var mean = Repeat(attributes, request, (uint)request.Repeat - 1, cancellation);
        var result = RunOnce(attributes, request, context, cancellation);
        return mean is null ? result : result with { DurationNanoseconds = mean.Value };
    }

    /// <summary>Runs for the time and the effect on maps only.</summary>
    /// <returns>Mean nanoseconds, null without any run.</returns>
    private double? Repeat(TestRunAttributes attributes, TestRunRequest request, uint count, CancellationToken cancellation)
    {
        double total = 0;
        var slice = _shape.Repeats ? FirstSlice : 1;
        for (var left = count; left > 0;)
        {
            attributes.Repeat = _shape.Repeats ? Math.Min(left, slice) : 0;
            var started = Stopwatch.GetTimestamp();
            if (!TryCall(ref attributes, request, cancellation))
            {
                // What the interrupted runs did to maps stays done; only their number and time are lost.
                slice = Math.Max(1, slice / 4);
                continue;
            }

            if (_shape.Repeats && Stopwatch.GetElapsedTime(started) < SliceTime && slice < LargestSlice) slice *= 2;

            var done = Math.Max(1, attributes.Repeat);
            total += (double)attributes.Duration * done;
            left -= done;
        }

        return count == 0 ? null : total / count;
    }

    private TestRunResult RunOnce(TestRunAttributes attributes, TestRunRequest request, byte[] context, CancellationToken cancellation)
    {
        attributes.Repeat = _shape.Repeats ? 1u : 0;
        var contextOut = _shape.Context == TestRunContext.InOut ? new byte[_shape.ContextBytes] : [];
        var room = _shape.ReturnsData ? request.Data.Length + HeadRoom : 0;
        var dataOut = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            fixed (byte* dataBytes = dataOut)
            fixed (byte* contextBytes = contextOut)
            {
                attributes.DataOut = room == 0 ? 0 : (ulong)dataBytes;
                attributes.DataSizeOut = (uint)room;
                attributes.ContextOut = (ulong)contextBytes;
                attributes.ContextSizeOut = (uint)contextOut.Length;
                while (!TryCall(ref attributes, request, cancellation)) continue;
            }

            return new TestRunResult
            {
                ReturnValue = attributes.ReturnValue,
                Data = _shape.ReturnsData ? dataOut.AsSpan(0, (int)attributes.DataSizeOut).ToArray() : [],
                Context = _shape.Context == TestRunContext.InPlace ? context : contextOut.AsSpan(0, (int)attributes.ContextSizeOut).ToArray(),
                DurationNanoseconds = attributes.Duration,
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(dataOut);
        }
    }

    /// <returns>False when a signal interrupted the kernel between two runs (EINTR); it looks after each but the last.</returns>
    private bool TryCall(ref TestRunAttributes attributes, TestRunRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var sent = attributes;
        var error = Bpf.Call(BpfCommand.ProgramTestRun, ref attributes, out _);
        if (error == Errno.None) return true;
        if (error is not (Errno.EINTR or Errno.EAGAIN)) throw TestRunFailure.Explain(spec, _shape, request, error, attributes.DataSizeOut);
        attributes = sent;
        return false;
    }

    /// <summary>
    /// The context as the kernel wants it. struct xdp_md must name the packet's bounds, relative to its start; a caller
    /// who only sets an interface index leaves them zero.
    /// </summary>
    private byte[] ContextFor(TestRunRequest request)
    {
        var context = request.Context.ToArray();
        if (spec.Type != ProgramType.Xdp) return context;

        if (context.Length == 0) context = new byte[TestRunShape.XdpContextBytes];
        if (context.Length >= 8 && BinaryPrimitives.ReadInt32LittleEndian(context.AsSpan(4)) == 0)
            BinaryPrimitives.WriteInt32LittleEndian(context.AsSpan(4), request.Data.Length);
        return context;
    }
}
