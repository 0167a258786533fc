using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Linux.Access;
using PSBpf.Linux.Loading;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>BPF_MAP_CREATE, and for global data the initial value and BPF_MAP_FREEZE.</summary>
[SupportedOSPlatform("linux")]
internal static class MapCreation
{
    public static LinuxMap Create(MapSpec spec, BtfCache types, int possibleCpus)
    {
        spec = spec.WithDefaultSize(possibleCpus, Environment.SystemPageSize);
        var handle = Open(spec, types, possibleCpus);
        try
        {
            var error = ObjectInfo.Get(handle, out MapInfo info);
            if (error != Errno.None) throw Failure.Of(BpfCommand.ObjectGetInfo, error, $"map '{spec.Name}'");

            var map = new LinuxMap(handle, info.Id, spec with
            {
                KeySize = info.KeySize,
                ValueSize = info.ValueSize,
                MaxEntries = info.MaxEntries,
            }, possibleCpus);
            if (spec.IsGlobalData) SetGlobalData(map);
            return map;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static BpfHandle Open(MapSpec spec, BtfCache types, int possibleCpus)
    {
        using var inner = spec.Inner is null ? null : Create(spec.Inner, types, possibleCpus);
        var attributes = new MapCreateAttributes
        {
            Type = (uint)spec.Type,
            KeySize = spec.KeySize,
            ValueSize = spec.ValueSize,
            MaxEntries = spec.MaxEntries,
            Flags = (uint)spec.Flags,
            NumaNode = spec.NumaNode,
            Extra = spec.Extra,
            Name = ObjectName.From(spec.Name),
        };

        if (inner is null) return OpenWithTypes(spec, types, attributes);
        using var lease = inner.Handle.Use();
        attributes.InnerMapDescriptor = lease.Descriptor;
        return OpenWithTypes(spec, types, attributes);
    }

    /// <summary>With types first, since some maps need them; without where the kernel refuses them, since most do not.</summary>
    private static BpfHandle OpenWithTypes(MapSpec spec, BtfCache types, MapCreateAttributes attributes)
    {
        var btf = spec.KeyType is null && spec.ValueType is null ? null : types.Get(spec.Btf);
        if (btf?.Handle is { } typeHandle)
        {
            using var lease = typeHandle.Use();
            var typed = attributes with
            {
                BtfDescriptor = lease.Descriptor,
                BtfKeyTypeId = spec.KeyType?.Id ?? 0,
                BtfValueTypeId = spec.ValueType?.Id ?? 0,
            };
            if (TryOpen(ref typed, out var withTypes) == Errno.None) return withTypes!;
        }

        var error = TryOpen(ref attributes, out var handle);
        return handle ?? throw Refusal(spec, error, btf);
    }

    private static Errno TryOpen(ref MapCreateAttributes attributes, out BpfHandle? handle)
    {
        var error = Bpf.Open(BpfCommand.MapCreate, ref attributes, out handle);
        return error == Errno.EPERM && MemoryLockLimit.TryRaise()
            ? Bpf.Open(BpfCommand.MapCreate, ref attributes, out handle)
            : error;
    }

    private static BpfException Refusal(MapSpec spec, Errno error, KernelBtf? btf)
    {
        var subject = $"map '{spec.Name}' ({spec.Type}, key size {spec.KeySize}, value size {spec.ValueSize}, max_entries {spec.MaxEntries}, flags 0x{(uint)spec.Flags:x})";
        var message = $"The kernel refused BPF_MAP_CREATE for {subject} with {ErrnoText.Describe(error)}";
        if (btf is { Handle: null })
            message += $"; it had refused the object's type information with {ErrnoText.Describe(btf.Error)} before, which some map types need";
        return error switch
        {
            Errno.EINVAL or Errno.E2BIG or Errno.EEXIST => DiagnosticRules.MapInvalid.Error($"{message}."),
            Errno.ENOTSUPP or Errno.EOPNOTSUPP => DiagnosticRules.LinuxUnsupported.Error($"{message}."),
            Errno.ENOMEM => DiagnosticRules.MapMemory.Error($"{message}."),
            _ => Failure.Of(BpfCommand.MapCreate, error, subject),
        };
    }

    private static void SetGlobalData(LinuxMap map)
    {
        var spec = map.Spec;
        if (spec.InitialValue is { } initial)
        {
            var value = new byte[map.UserValueSize];
            initial.AsSpan(0, Math.Min(initial.Length, value.Length)).CopyTo(value);
            // The kernel starts with zeroes, so .bss needs no copy.
            if (value.AsSpan().ContainsAnyExcept((byte)0))
            {
                var error = map.Update(stackalloc byte[sizeof(int)], value, MapUpdateFlags.Any);
                if (error != Errno.None) throw Failure.Of(BpfCommand.MapUpdateElement, error, $"the initial value of map '{spec.Name}'");
            }
        }

        if (!spec.IsFrozen) return;
        var frozen = map.Freeze();
        if (frozen != Errno.None) throw Failure.Of(BpfCommand.MapFreeze, frozen, $"map '{spec.Name}'");
    }
}
