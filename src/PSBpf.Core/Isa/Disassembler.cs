using System.Globalization;
using System.Text;
using PSBpf.Uapi;

namespace PSBpf.Isa;

/// <summary>
/// Writes instructions in either notation, e.g. <c>r0 = *(u32 *)(r1 +4)</c> or <c>ldxw %r0, [%r1+4]</c>. What it writes
/// the assembler takes back to the same bytes, whatever they are.
/// </summary>
public static class Disassembler
{
    /// <summary>The text of one instruction.</summary>
    /// <param name="slots">The program.</param>
    /// <param name="index">Its slot.</param>
    /// <param name="mapNames">Names of maps by index; null to show indexes.</param>
    /// <param name="notation">How to write.</param>
    /// <returns>The text; for a slot that is no instruction, its number as <c>.8byte 0x…</c>.</returns>
    public static string Format(ReadOnlySpan<Instruction> slots, int index, IReadOnlyList<string>? mapNames = null, Notation notation = Notation.Kernel)
    {
        var slot = slots[index];
        if (FormAt(slots, index) is not { } form) return $".8byte 0x{slot.Raw:x16}";
        int high = form.Slots == 2 ? slots[index + 1].Immediate : 0;
        var pattern = form.PatternOf(notation).AsSpan();
        var text = new StringBuilder(pattern.Length + 16);
        while (!pattern.IsEmpty)
        {
            int open = pattern.IndexOf('{');
            if (open < 0)
            {
                text.Append(pattern);
                break;
            }

            text.Append(pattern[..open]);
            int close = pattern.IndexOf('}');
            Append(text, pattern[(open + 1)..close], slot, high, mapNames);
            pattern = pattern[(close + 1)..];
        }

        return text.ToString();
    }

    /// <summary>The text of a whole program, one line per instruction, as <c>index: text</c>.</summary>
    public static IEnumerable<string> Format(Instruction[] slots, IReadOnlyList<string>? mapNames = null, Notation notation = Notation.Kernel)
    {
        for (int index = 0; index < slots.Length; index++)
        {
            yield return $"{index}: {Format(slots, index, mapNames, notation)}";
            if (FormAt(slots, index) is { Slots: 2 }) index++;
        }
    }

    // A 64-bit immediate whose second slot holds what its notation does not show is two slots without a form.
    private static InstructionForm? FormAt(ReadOnlySpan<Instruction> slots, int index)
    {
        var form = InstructionTable.Find(slots[index]);
        if (form is not { Slots: 2 }) return form;
        if (index + 1 >= slots.Length || slots[index + 1] is not { Opcode: 0, Destination: 0, Source: 0, Offset: 0 } second) return null;
        return second.Immediate == 0 || form.ShowsSecondSlot ? form : null;
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> placeholder, Instruction slot, int high, IReadOnlyList<string>? mapNames)
    {
        var culture = CultureInfo.InvariantCulture;
        switch (placeholder)
        {
            case "d": text.Append('r').Append(slot.Destination); break;
            case "s": text.Append('r').Append(slot.Source); break;
            case "dw": text.Append('w').Append(slot.Destination); break;
            case "sw": text.Append('w').Append(slot.Source); break;
            case "i": text.Append(slot.Immediate); break;
            case "i64": text.Append(culture, $"0x{(uint)slot.Immediate | (ulong)(uint)high << 32:x}"); break;
            case "i2": text.Append(culture, $"{high:+0;-0;+0}"); break;
            case "a" when slot.Offset == 0: break;
            case "o" or "j" or "a": text.Append(culture, $"{slot.Offset:+0;-0;+0}"); break;
            case "ji": text.Append(culture, $"{slot.Immediate:+0;-0;+0}"); break;
            case "h":
                if (HelperTable.Find(slot.Immediate) is { } helper) text.Append(helper.Name).Append('#');
                text.Append((uint)slot.Immediate);
                break;
            case "m":
                if (mapNames is not null && (uint)slot.Immediate < (uint)mapNames.Count && IsWord(mapNames[slot.Immediate])) text.Append(mapNames[slot.Immediate]);
                else text.Append(slot.Immediate);
                break;
            default: throw new InvalidOperationException($"The table uses an unknown placeholder '{placeholder}'.");
        }
    }

    // Another name could not be read back; its index can.
    private static bool IsWord(string name) => name.Length > 0 && NotationLexer.IsName(name) && NotationLexer.Tokenize(name) is [{ } token] && token.Text == name;
}
