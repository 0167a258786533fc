using System.Globalization;
using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

/// <summary>A row of Forms.txt, which was written from the text of RFC 9669 and knows nothing of the table.</summary>
/// <param name="Id">The form's name.</param>
/// <param name="Slot">Its first slot.</param>
/// <param name="Kernel">How the kernel writes it.</param>
/// <param name="Mnemonic">How the RFC's test vectors write it.</param>
public sealed record WrittenForm(FormId Id, Instruction Slot, string Kernel, string Mnemonic)
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<WrittenForm> All { get; } = Read();

    /// <summary>The slots, two for a 64-bit immediate.</summary>
    public Instruction[] Slots => Slot.Opcode == 0x18 ? [Slot, default] : [Slot];

    private static WrittenForm[] Read()
    {
        using var stream = typeof(WrittenForm).Assembly.GetManifestResourceStream("Forms.txt")!;
        using var reader = new StreamReader(stream);
        var rows = new List<WrittenForm>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] columns = line.Split(" | ", StringSplitOptions.TrimEntries), fields = columns[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var culture = CultureInfo.InvariantCulture;
            var slot = new Instruction(
                byte.Parse(fields[0], NumberStyles.HexNumber, culture), int.Parse(fields[1], culture), int.Parse(fields[2], culture),
                short.Parse(fields[3], culture), int.Parse(fields[4].AsSpan(2), NumberStyles.HexNumber, culture));
            rows.Add(new WrittenForm(Enum.Parse<FormId>(fields[5]), slot, columns[1], columns[2]));
        }

        return [.. rows];
    }
}
