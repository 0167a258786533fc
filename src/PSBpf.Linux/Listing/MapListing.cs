using System.Runtime.Versioning;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.Maps;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Listing;

/// <summary>The machine's maps by id (BPF_MAP_GET_NEXT_ID).</summary>
[SupportedOSPlatform("linux")]
internal static class MapListing
{
    // BPF_F_RDONLY of BPF_MAP_GET_FD_BY_ID.
    private const uint OnlyRead = 1 << 3;

    public static IReadOnlyList<MapStatus> Read() =>
        ObjectIds.Read(BpfCommand.MapGetNextId, BpfCommand.MapGetDescriptorById, "the machine's maps", (id, handle) =>
        {
            if (ObjectInfo.Get<MapInfo>(handle, out var info) != Errno.None) return null;
            using var lease = handle.Use();
            return new MapStatus
            {
                Id = id,
                Name = info.Name.ToString(),
                Type = (MapType)info.Type,
                KeySize = info.KeySize,
                ValueSize = info.ValueSize,
                MaxEntries = info.MaxEntries,
                Flags = (MapFlags)info.Flags,
                MemoryBytes = DescriptorInfo.ReadMemory(lease.Descriptor),
                BtfId = info.BtfId,
            };
        });

    /// <summary>Opens a map to be read; its types come from what its maker told the kernel.</summary>
    /// <exception cref="BpfException">BPF4001 when there is none, BPF3002 when a privilege is missing.</exception>
    public static IKernelMap Open(int id, int possibleCpus)
    {
        var subject = $"the map with id {id}";
        var handle = ObjectIds.TryOpen(BpfCommand.MapGetDescriptorById, id, OnlyRead, subject)
            ?? throw DiagnosticRules.NameNotFound.Error($"There is no map with id {id} in the Linux kernel.", action: "Get-BpfMap -Kernel Linux lists what there is.");
        try
        {
            var error = ObjectInfo.Get<MapInfo>(handle, out var info);
            if (error != Errno.None) throw Failure.OfListing(BpfCommand.ObjectGetInfo, error, subject);
            return new LinuxMap(handle, id, Describe(info), possibleCpus);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A map's blueprint as far as the kernel knows it, with the types that its maker told the kernel.</summary>
    public static MapSpec Describe(in MapInfo info)
    {
        var types = ForeignTypes.TryRead(info.BtfId);
        BtfType? TypeOf(int type) => types is not null && type > 0 && type < types.Types.Count ? types[type] : null;
        var value = TypeOf(info.ValueTypeId);
        return new MapSpec
        {
            Name = info.Name.ToString(),
            Type = (MapType)info.Type,
            KeySize = info.KeySize,
            ValueSize = info.ValueSize,
            MaxEntries = info.MaxEntries,
            Flags = (MapFlags)info.Flags,
            Extra = info.Extra,
            Btf = types,
            KeyType = TypeOf(info.KeyTypeId),
            ValueType = value,
            IsGlobalData = value is { Kind: BtfKind.DataSection },
        };
    }
}
