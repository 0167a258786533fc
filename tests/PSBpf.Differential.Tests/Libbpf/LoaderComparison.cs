using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>Compares a blueprint with what libbpf hands to the kernel for the same file.</summary>
internal static class LoaderComparison
{
    private const byte LoadImmediate64 = Opcodes.Ld | Opcodes.Imm | Opcodes.Dw;

    /// <summary>As the kernel counts them; libbpf reads the same file.</summary>
    private static int PossibleCpus { get; } = File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split(',')
        .Sum(range => range.Split('-') is [var first, var last] ? int.Parse(last, CultureInfo.InvariantCulture) - int.Parse(first, CultureInfo.InvariantCulture) + 1 : 1);

    /// <summary>What differs, a line each; empty when nothing does.</summary>
    public static IReadOnlyList<string> Differences(OracleObject expected, ObjectSpec actual)
    {
        List<string> differences = [];
        foreach (OracleProgram program in expected.Programs)
        {
            if (actual.Programs.FirstOrDefault(candidate => candidate.Name == program.Name) is { } own) Compare(program, own, differences);
            else differences.Add($"program {program.Name} is missing");
        }

        foreach (ProgramSpec own in actual.Programs)
            if (expected.Programs.All(program => program.Name != own.Name)) differences.Add($"program {own.Name} is one too many");
        foreach (OracleMap map in expected.Maps) Compare(map, actual, differences);
        foreach ((string name, byte[] data) in expected.Data)
        {
            MapSpec? own = Find(actual, name);
            byte[] bytes = own?.InitialValue ?? new byte[own?.ValueSize ?? 0];
            if (!bytes.AsSpan().SequenceEqual(data)) differences.Add($"data of {name}: {Convert.ToHexString(bytes)} instead of {Convert.ToHexString(data)}");
        }

        return differences;
    }

    private static void Compare(OracleProgram expected, ProgramSpec actual, List<string> differences)
    {
        if (actual.Section != expected.Section.TrimStart('?')) differences.Add($"program {actual.Name}: section {actual.Section} instead of {expected.Section}");
        Instruction[] code = (Instruction[])actual.Instructions.Clone();
        Dictionary<int, string> maps = [];
        for (int slot = 0; slot < code.Length; slot++)
        {
            if (code[slot].Opcode != LoadImmediate64) continue;
            // A blueprint names maps by index where libbpf has descriptors.
            if (code[slot].Source is Opcodes.PseudoMapIndex or Opcodes.PseudoMapIndexValue)
            {
                maps.Add(slot, actual.Maps[code[slot].Immediate].Name);
                code[slot] = code[slot].WithSource(code[slot].Source == Opcodes.PseudoMapIndex ? Opcodes.PseudoMapFd : Opcodes.PseudoMapValue).WithImmediate(0);
            }

            slot++;
        }

        ReadOnlySpan<Instruction> wanted = MemoryMarshal.Cast<byte, Instruction>(expected.Instructions);
        if (wanted.Length != code.Length) differences.Add($"program {actual.Name}: {code.Length} instructions instead of {wanted.Length}");
        for (int slot = 0; slot < Math.Min(code.Length, wanted.Length); slot++)
        {
            if (code[slot] == wanted[slot]) continue;
            differences.Add($"program {actual.Name}, instruction {slot}: {code[slot].Raw:x16} instead of {wanted[slot].Raw:x16}");
            break;
        }

        foreach ((int slot, string name) in expected.Maps)
        {
            if (!IsSame(maps.GetValueOrDefault(slot, "nothing"), name))
                differences.Add($"program {actual.Name}, instruction {slot}: map {maps.GetValueOrDefault(slot, "nothing")} instead of {name}");
        }
    }

    private static void Compare(OracleMap expected, ObjectSpec actual, List<string> differences)
    {
        if (expected.Name.EndsWith(".inner", StringComparison.Ordinal)) return;
        if (Find(actual, expected.Name) is not { } own)
        {
            differences.Add($"map {expected.Name} is missing");
            return;
        }

        own = own.WithDefaultSize(PossibleCpus, Environment.SystemPageSize);
        string wanted = Show(expected.Type, expected.KeySize, expected.ValueSize, expected.MaxEntries, expected.Flags, expected.Extra);
        string got = Show((int)own.Type, own.KeySize, own.ValueSize, own.MaxEntries, (uint)own.Flags, own.Extra);
        if (wanted != got) differences.Add($"map {expected.Name}: {got} instead of {wanted}");
        if ((own.Inner is not null) != (expected.Inner != "-")) differences.Add($"map {expected.Name}: inner map {own.Inner?.Name ?? "-"} instead of {expected.Inner}");
    }

    private static string Show(int type, uint key, uint value, uint entries, uint flags, ulong extra) =>
        new StringBuilder().Append(CultureInfo.InvariantCulture, $"type {type} key {key} value {value} entries {entries} flags {flags:x} extra {extra}").ToString();

    private static MapSpec? Find(ObjectSpec spec, string name) => spec.Maps.FirstOrDefault(map => IsSame(map.Name, name));

    // libbpf puts the start of the object's name before .rodata and its like.
    private static bool IsSame(string own, string theirs) =>
        own == theirs || (own.StartsWith('.') && theirs.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && theirs[dot..] == own);
}
