using System.Diagnostics;

namespace PSBpf.Runtime.Environment;

/// <summary>
/// The world that programs see: clock, random numbers, processor and task. Everything is the machine's own unless
/// it is set; with clock, seed and CPU set, the same runs give the same results.
/// </summary>
public sealed class ExecutionEnvironment
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long TaiLeapSeconds = 37;
    private const long TickNanoseconds = 4_000_000;

    private readonly ulong? _seed;
    private readonly long? _clock;

    // Four frames each, the same ones in every run.
    private readonly ulong[] _kernelStack = [0xffff_ffff_8100_1010, 0xffff_ffff_8100_2020, 0xffff_ffff_8100_3030, 0xffff_ffff_8100_0040];
    private readonly ulong[] _userStack = [0x0000_5555_5555_1010, 0x0000_5555_5555_2020, 0x0000_5555_5555_3030, 0x0000_7fff_f7a0_0040];
    private long _now;
    private readonly ulong _secret = (ulong)Random.Shared.NextInt64();
    private ulong _random = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>The machine's own world.</summary>
    public static ExecutionEnvironment Machine { get; } = new();

    /// <summary>Nanoseconds since boot at the first reading; null for the machine's clock.</summary>
    public long? Clock
    {
        get => _clock;
        init
        {
            _clock = value;
            _now = value ?? 0;
        }
    }

    /// <summary>Nanoseconds that a set <see cref="Clock"/> moves on with each reading.</summary>
    public long ClockStep { get; init; }

    /// <summary>Wall-clock time at clock zero, for helpers that tell it; used with a set <see cref="Clock"/>.</summary>
    public DateTimeOffset BootTime { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The start of the random numbers; null for ones that nobody can foresee.</summary>
    public ulong? Seed
    {
        get => _seed;
        init
        {
            _seed = value;
            if (value is { } seed) _random = seed;
        }
    }

    /// <summary>The virtual CPU that programs run on; null for any that is free.</summary>
    public int? Cpu { get; init; }

    /// <summary>The current task; null for this process.</summary>
    public TaskIdentity? Task { get; init; }

    /// <summary>What probe reads find beside what the program owns; elsewhere they fail with EFAULT.</summary>
    public IReadOnlyList<MemoryImage> Memory { get; init; } = [];

    /// <summary>The return addresses of the kernel's call stack, innermost first.</summary>
    public IReadOnlyList<ulong> KernelStack { get => _kernelStack; init => _kernelStack = [.. value]; }

    /// <summary>Those of the process.</summary>
    public IReadOnlyList<ulong> UserStack { get => _userStack; init => _userStack = [.. value]; }

    /// <summary>The socket of packets; null for none.</summary>
    public SocketIdentity? Socket { get; init; }

    /// <summary>The sockets that lookups find.</summary>
    public IReadOnlyList<SocketIdentity> Sockets { get; init; } = [];

    /// <summary>Interfaces beside those that hooks name, and what is known of either.</summary>
    public IReadOnlyList<NetworkDevice> Devices { get; init; } = [];

    /// <summary>The routing table: the longest destination that holds an address counts.</summary>
    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>The setting of the kernel that an event is about; null for none.</summary>
    public SettingAccess? Setting { get; init; }

    /// <summary>What bpf_get_netns_cookie gives.</summary>
    public ulong NetworkNamespaceCookie { get; init; } = 1;

    /// <summary>What bpf_get_attach_cookie gives.</summary>
    public ulong AttachCookie { get; init; }

    /// <summary>The address of the function that a probe is at; null for the one in the context's registers.</summary>
    public ulong? FunctionAddress { get; init; }

    /// <summary>The call stack that programs see.</summary>
    internal ReadOnlySpan<ulong> StackOf(bool user) => user ? _userStack : _kernelStack;

    /// <summary>The MTU of interfaces that nothing is said of.</summary>
    internal const int DefaultMtu = 1500;

    // The loopback device carries more.
    private static readonly NetworkDevice Loopback = new("lo", 1, 65536);

    /// <summary>What is known of an interface.</summary>
    internal NetworkDevice? DeviceAt(uint index)
    {
        for (int at = 0; at < Devices.Count; at++)
            if (Devices[at].Index == index) return Devices[at];
        return index == Loopback.Index ? Loopback : null;
    }

    /// <summary>What nobody outside can guess, unless the seed is set.</summary>
    internal ulong Secret => _seed ?? _secret;

    /// <summary>The task that programs see.</summary>
    internal TaskIdentity CurrentTask => Task ?? TaskIdentity.Current;

    /// <summary>What the monotonic clock shows; a set one does not move on by that.</summary>
    internal long Now => _clock is null ? MonotonicNanoseconds() : Volatile.Read(ref _now);

    /// <summary>What CLOCK_REALTIME is ahead of the monotonic clock.</summary>
    internal long RealtimeOffset => _clock is null
        ? (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - MonotonicNanoseconds()
        : (BootTime - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Moves a set clock forward; never back.</summary>
    internal void MoveTo(long time)
    {
        long now = Volatile.Read(ref _now);
        while (now < time)
        {
            long seen = Interlocked.CompareExchange(ref _now, time, now);
            if (seen == now) return;
            now = seen;
        }
    }

    /// <summary>CLOCK_MONOTONIC.</summary>
    internal long MonotonicNanoseconds() => _clock is null
        ? Stopwatch.Frequency == NanosecondsPerSecond
            ? Stopwatch.GetTimestamp()
            : (long)(Stopwatch.GetTimestamp() * ((double)NanosecondsPerSecond / Stopwatch.Frequency))
        : Interlocked.Add(ref _now, ClockStep) - ClockStep;

    /// <summary>CLOCK_MONOTONIC_COARSE: the monotonic clock as of the last tick.</summary>
    internal long CoarseNanoseconds()
    {
        long now = MonotonicNanoseconds();
        return now - now % TickNanoseconds;
    }

    /// <summary>CLOCK_BOOTTIME. Time asleep is not known to the runtime: it equals the monotonic clock.</summary>
    internal long BootNanoseconds() => MonotonicNanoseconds();

    /// <summary>CLOCK_TAI.</summary>
    internal long TaiNanoseconds()
    {
        long utc = _clock is null
            ? (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick
            : (BootTime - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick + MonotonicNanoseconds();
        return utc + TaiLeapSeconds * NanosecondsPerSecond;
    }

    /// <summary>Ticks of 4 ms since boot, as a kernel with CONFIG_HZ=250 counts.</summary>
    internal ulong Jiffies() => (ulong)(MonotonicNanoseconds() / TickNanoseconds);

    /// <summary>A random number (SplitMix64, its high half).</summary>
    internal uint NextRandom()
    {
        ulong value = Interlocked.Add(ref _random, 0x9e37_79b9_7f4a_7c15);
        value = (value ^ value >> 30) * 0xbf58_476d_1ce4_e5b9;
        value = (value ^ value >> 27) * 0x94d0_49bb_1331_11eb;
        return (uint)((value ^ value >> 31) >> 32);
    }
}
