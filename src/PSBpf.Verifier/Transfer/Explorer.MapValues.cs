using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Access to values and keys of maps, and to anything else with a size.</content>
internal sealed partial class Explorer
{
    private bool CheckMapValueAccess(int register, in RegState pointer, int offset, int size, MemoryAccess access)
    {
        var map = _maps[pointer.Map];
        var forbidden = access == MemoryAccess.Write ? MapFlags.ReadOnlyProgram : MapFlags.WriteOnlyProgram;
        if (map.Flags.HasFlag(forbidden))
        {
            string verb = access == MemoryAccess.Write ? "write into" : "read from";
            return Refuse(DiagnosticRules.ReadOnlyMemory, $"{verb} map forbidden, value_size={map.ValueSize} off={pointer.Offset + offset} size={size}",
                $"'{map.Name}' may not be {(access == MemoryAccess.Write ? "written" : "read")} by programs.", register);
        }

        return CheckRegion(register, in pointer, offset, size, map.ValueSize, DiagnosticRules.MapValueBounds,
            (at, limit) => $"invalid access to map value, value_size={limit} off={at} size={size}", $"a value of '{map.Name}'") && AvoidsFields(register, in pointer, offset, size);
    }

    private bool CheckMapKeyAccess(int register, in RegState pointer, int offset, long size, MemoryAccess access)
    {
        var map = _maps[pointer.Map];
        if (access == MemoryAccess.Write)
            return Refuse(DiagnosticRules.ReadOnlyMemory, $"write to change key R{register} not allowed", $"r{register} points to a key in '{map.Name}', which is read only.", register);
        return CheckRegion(register, in pointer, offset, size, map.KeySize, DiagnosticRules.MemoryBounds,
            (at, limit) => $"invalid access to map key, key_size={limit} off={at} size={size}", $"a key of '{map.Name}'");
    }

    /// <summary>Checks the least and the greatest possible offset against a region's size.</summary>
    private bool CheckRegion(
        int register, in RegState pointer, int offset, long size, long limit, DiagnosticRule rule, Func<long, long, string> message, string what)
    {
        long at = (long)pointer.Offset + offset;
        if (pointer.SignedMin < 0 && (pointer.SignedMin == long.MinValue || at + pointer.SignedMin != (int)(at + pointer.SignedMin) || at + pointer.SignedMin < 0))
        {
            return Refuse(DiagnosticRules.UnboundedOffset,
                $"R{register} min value is negative, either use unsigned index or do a if (index >=0) check.",
                $"The offset into {what} in r{register} may be negative.", register);
        }

        long least = at + pointer.SignedMin;
        if (least < 0 || least + size > limit)
        {
            return Refuse(rule, $"{message(least, limit)}\nR{register} min value is outside of the allowed memory range",
                $"{size} bytes are accessed at offset {least} of {what}, which has {limit} bytes.", register);
        }

        if (pointer.Max >= (ulong)MaxVariableOffset)
        {
            return Refuse(DiagnosticRules.UnboundedOffset,
                $"R{register} unbounded memory access, make sure to bounds check any such access",
                $"The offset into {what} in r{register} has no upper bound.", register);
        }

        long most = at + (long)pointer.Max;
        if (most >= 0 && most + size <= limit) return true;
        return Refuse(rule, $"{message(most, limit)}\nR{register} max value is outside of the allowed memory range",
            $"{size} bytes may be accessed at offset {most} of {what}, which has {limit} bytes.", register);
    }

    /// <summary>A constant of the object is known to the verifier: its .rodata is frozen before the program is loaded.</summary>
    private bool LoadConstant(in RegState pointer, int offset, int size, MemoryAccess access, ref RegState loaded)
    {
        var map = _maps[pointer.Map];
        if (access != MemoryAccess.Read || !map.IsFrozen || !map.Flags.HasFlag(MapFlags.ReadOnlyProgram) || !pointer.Bits.IsConstant) return true;
        if (map.InitialValue is not { } bytes || map.Type != MapType.Array || map.MaxEntries != 1) return true;
        long at = pointer.Offset + offset + (long)pointer.Bits.Value;
        ulong value = 0;
        for (int index = 0; index < size; index++)
            if (at + index < bytes.Length) value |= (ulong)bytes[at + index] << (index * 8);
        loaded = RegState.ConstantScalar(value);
        return true;
    }
}
