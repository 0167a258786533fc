using System.Buffers.Binary;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>Program arrays and maps of maps: a kernel's values are ids of its own, users speak of the session's programs and maps.</summary>
public sealed partial class BpfMap
{
    /// <summary>Whether its values are programs.</summary>
    internal bool HoldsPrograms => Type == MapType.ProgArray;

    /// <summary>Whether its values are maps.</summary>
    internal bool HoldsMaps => Type is MapType.ArrayOfMaps or MapType.HashOfMaps;

    // The name of a map in this session; otherwise the kernel's id of one that only this map still holds.
    private object ReadMap(byte[] value)
    {
        int id = BinaryPrimitives.ReadInt32LittleEndian(value);
        foreach (var map in Session.Maps)
            if (map.Kernel == Kernel && !map.IsRemoved && map.KernelId == id) return map.Name;
        return id;
    }

    private void WriteMap(object? value, byte[] into)
    {
        var map = value switch
        {
            BpfMap given => given,
            string { Length: > 0 } name => Session.GetMap(name),
            _ when LayerValues.ToInteger(value) is { } id && id > 0 && id <= int.MaxValue => Session.GetMap((int)id),
            _ => throw DiagnosticRules.WrongKind.Error($"Map '{Name}' holds maps; '{value}' is none.", action: "Pass a map, its name or its id: Get-BpfMap lists them, New-BpfMap makes one."),
        };
        if (map.Kernel != Kernel)
            throw DiagnosticRules.WrongKind.Error($"Map '{Name}' (id {Id}) is in the {Kernel} kernel, map '{map.Name}' (id {map.Id}) in the {map.Kernel} kernel.");
        BinaryPrimitives.WriteInt32LittleEndian(into, map.KernelId);
    }

    // The name of a program in this session; otherwise the kernel's id of one that only the array still holds.
    private object ReadProgram(byte[] value)
    {
        int id = BinaryPrimitives.ReadInt32LittleEndian(value);
        foreach (var program in Session.Programs)
            if (program.Kernel == Kernel && program.HasKernelId(id)) return program.Name;
        return id;
    }

    private void WriteProgram(object? value, byte[] into)
    {
        var program = value switch
        {
            BpfProgram given => given,
            string { Length: > 0 } name => Session.GetProgram(name),
            _ when LayerValues.ToInteger(value) is { } id && id > 0 && id <= int.MaxValue => Session.GetProgram((int)id),
            _ => throw DiagnosticRules.WrongKind.Error($"Map '{Name}' holds programs; '{value}' is none.", action: "Pass a program, its name or its id: Get-BpfProgram lists them."),
        };
        if (program.Kernel != Kernel)
        {
            throw DiagnosticRules.WrongKind.Error(
                $"Map '{Name}' (id {Id}) is in the {Kernel} kernel, program '{program.Name}' (id {program.Id}) in the {program.Kernel} kernel.", action: "Import both into one kernel.");
        }

        BinaryPrimitives.WriteInt32LittleEndian(into, program.KernelProgram.Id);
    }
}
