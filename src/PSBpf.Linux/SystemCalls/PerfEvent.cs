using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>perf_event_open(2), as far as buffers for bpf_perf_event_output need it.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class PerfEvent
{
    private const uint TypeSoftware = 1;
    private const ulong SoftwareBpfOutput = 10, SampleRaw = 1 << 10, FormatLost = 1 << 4, WriteBackward = 1 << 27;
    private const nint CloseOnExec = 8;
    private const nuint PauseOutput = 0x4004_2409;

    private static readonly nint SystemCallNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 298 : 241;

    /// <summary>Opens PERF_COUNT_SW_BPF_OUTPUT of one CPU.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <param name="wakeupEvents">After how many samples poll(2) wakes.</param>
    /// <param name="backward">Whether samples are written from the end of the buffer to its start, to be overwritten.</param>
    /// <param name="handle">The event; null on failure.</param>
    public static Errno TryOpen(int cpu, int wakeupEvents, bool backward, out BpfHandle? handle)
    {
        var attributes = new Attributes
        {
            Type = TypeSoftware,
            Size = (uint)sizeof(Attributes),
            Config = SoftwareBpfOutput,
            SamplePeriod = 1,
            SampleType = SampleRaw,
            ReadFormat = FormatLost,
            Flags = backward ? WriteBackward : 0,
            WakeupEvents = (uint)wakeupEvents,
        };
        var descriptor = (int)Libc.SystemCall(SystemCallNumber, &attributes, -1, cpu, -1, CloseOnExec);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINVAL)
        {
            // PERF_FORMAT_LOST came with Linux 6.0; without it the records in the buffer tell of losses.
            attributes.ReadFormat = 0;
            descriptor = (int)Libc.SystemCall(SystemCallNumber, &attributes, -1, cpu, -1, CloseOnExec);
        }

        handle = descriptor < 0 ? null : new BpfHandle(descriptor);
        return descriptor < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
    }

    /// <summary>How many samples an event has lost; null where the kernel does not say.</summary>
    public static long? ReadLost(int descriptor)
    {
        var values = stackalloc ulong[2];
        return Libc.Read(descriptor, values, 2 * sizeof(ulong)) == 2 * sizeof(ulong) ? (long)values[1] : null;
    }

    /// <summary>Stops or lets go on what is written into an event's buffer; what comes meanwhile is lost and counted.</summary>
    public static void Pause(int descriptor, bool pause) => _ = Libc.DeviceControl(descriptor, PauseOutput, pause ? 1 : 0);

    /// <summary>struct perf_event_attr as of PERF_ATTR_SIZE_VER5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public ulong Flags;
        public uint WakeupEvents;
        public uint BreakpointType;
        public ulong BreakpointAddress;
        public ulong BreakpointLength;
        public ulong BranchSampleType;
        public ulong UserRegisters;
        public uint UserStack;
        public int ClockId;
        public ulong InterruptRegisters;
        public uint AuxiliaryWatermark;
        public ushort MostStack;
        public ushort Reserved;
    }
}
