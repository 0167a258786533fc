using System.Buffers.Binary;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>Program arrays: a kernel's values are ids of its own, users speak of the session's programs.</summary>
public sealed partial class BpfMap
{
    /// <summary>Whether its values are programs.</summary>
    internal bool HoldsPrograms => Type == MapType.ProgArray;

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
