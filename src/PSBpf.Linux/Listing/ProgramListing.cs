using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.Versioning;
using PSBpf.Btf;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Listing;

/// <summary>The machine's programs by id (BPF_PROG_GET_NEXT_ID).</summary>
internal sealed class ProgramListing
{
    // What of a program does not change: ids are not used again before they wrap round at 2^31.
    private readonly ConcurrentDictionary<int, (string Name, int[] Maps)> _known = new();

    [SupportedOSPlatform("linux")]
    public IReadOnlyList<ProgramStatus> Read()
    {
        var started = DateTimeOffset.Now - SinceStart();
        var programs = ObjectIds.Read(BpfCommand.ProgramGetNextId, BpfCommand.ProgramGetDescriptorById, "the machine's programs", (id, handle) => Describe(id, handle, started));
        var there = programs.Select(program => program.Id).ToHashSet();
        foreach (int id in _known.Keys)
            if (!there.Contains(id)) _known.TryRemove(id, out _);
        return programs;
    }

    [SupportedOSPlatform("linux")]
    private ProgramStatus? Describe(int id, BpfHandle handle, DateTimeOffset started)
    {
        if (ObjectInfo.Get<ProgramInfo>(handle, out var info) != Errno.None) return null;
        if (!_known.TryGetValue(id, out var known)) known = _known[id] = ReadMore(handle, info);
        long memory;
        using (var lease = handle.Use()) memory = DescriptorInfo.ReadMemory(lease.Descriptor);
        return new ProgramStatus
        {
            Id = id,
            Name = known.Name,
            Type = (ProgramType)info.Type,
            Tag = BinaryPrimitives.ReverseEndianness(info.Tag).ToString("x16", CultureInfo.InvariantCulture),
            LoadedAt = started + TimeSpan.FromMicroseconds(info.LoadTime / 1000.0),
            UserId = info.UserId,
            TranslatedBytes = (int)info.TranslatedBytes,
            CompiledBytes = (int)info.NativeBytes,
            MemoryBytes = memory,
            MapIds = known.Maps,
            BtfId = info.BtfId,
            VerifiedInstructions = info.VerifiedInstructions,
            RunCount = (long)info.RunCount,
            RunNanoseconds = (long)info.RunNanoseconds,
            TimedRuns = (long)info.RunCount,
            RecursionMisses = (long)info.RecursionMisses,
        };
    }

    [SupportedOSPlatform("linux")]
    private static unsafe (string Name, int[] Maps) ReadMore(BpfHandle handle, in ProgramInfo info)
    {
        var maps = new int[info.MapIdCount];
        var function = default(FunctionRecord);
        fixed (int* mapPointer = maps)
        {
            var request = new ProgramInfo { MapIdCount = (uint)maps.Length, MapIds = (ulong)mapPointer };
            if (info.FunctionCount > 0 && info.FunctionRecordSize == sizeof(FunctionRecord))
            {
                request.FunctionCount = 1;
                request.FunctionRecordSize = (uint)sizeof(FunctionRecord);
                request.Functions = (ulong)(&function);
            }

            if (ObjectInfo.Fill(handle, ref request) != Errno.None) return (info.Name.ToString(), []);
        }

        return (FullName(info, function.TypeId), maps);
    }

    // The kernel cuts names; the C function's stands in the type information.
    [SupportedOSPlatform("linux")]
    private static string FullName(in ProgramInfo info, int function)
    {
        string name = info.Name.ToString();
        if (name.Length is > 0 and < ObjectName.Length - 1) return name;
        return function > 0 && ForeignTypes.TryRead(info.BtfId) is { } types && function < types.Types.Count
            && types[function] is { Kind: BtfKind.Function, Name: { Length: > 0 } full } && full.StartsWith(name, StringComparison.Ordinal)
            ? full
            : name;
    }

    // CLOCK_BOOTTIME, which load times are in.
    private static TimeSpan SinceStart()
    {
        try
        {
            string text = File.ReadAllText("/proc/uptime");
            return TimeSpan.FromSeconds(double.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return TimeSpan.FromMilliseconds(Environment.TickCount64);
        }
    }

    /// <summary>struct bpf_func_info.</summary>
    private struct FunctionRecord
    {
        public uint Instruction;
        public int TypeId;
    }
}
