using System.Globalization;
using System.Numerics;
using System.Text;
using PSBpf.Objects;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Log;

/// <summary>Writes registers and stack as the kernel's verifier does in its log: people and tools read that notation.</summary>
internal sealed class StateNotation(IReadOnlyList<MapSpec> maps, ProgramSetting setting)
{
    // What the kernel keeps of a map's name.
    private const int MaxNameLength = 15;

    // The kernel writes numbers beyond 16 bits in hexadecimal.
    private const long SmallestDecimal = short.MinValue, LargestDecimal = short.MaxValue;

    /// <summary>Appends the registers and stack slots of a frame that a mask selects, and what must be released.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="state">The state.</param>
    /// <param name="depth">Index of the frame.</param>
    /// <param name="registers">A bit for each register.</param>
    /// <param name="slots">A bit for each stack slot.</param>
    public void Append(StringBuilder text, PathState state, int depth, int registers, ulong slots)
    {
        var frame = state.FrameAt(depth);
        if (depth > 0) text.Append(CultureInfo.InvariantCulture, $" frame{depth}:");
        for (int mask = registers & 0x7ff; mask != 0; mask &= mask - 1)
        {
            int register = BitOperations.TrailingZeroCount(mask);
            if (frame.Registers[register].Type == RegisterType.Uninitialized) continue;
            text.Append(CultureInfo.InvariantCulture, $" R{register}=");
            AppendValue(text, in frame.Registers[register], depth);
        }

        for (int slot = 0; slot < frame.UsedSlots; slot++)
            if ((slots >> slot & 1) != 0) AppendSlot(text, in frame.SlotAt(slot), slot, depth);
        if (state.References.Count == 0) return;
        text.Append(" refs=").AppendJoin(',', state.References.Select(reference => reference.Id.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Appends what a register holds.</summary>
    public void AppendValue(StringBuilder text, in RegState value, int depth)
    {
        if (value.IsConstant)
        {
            AppendSigned(text, (long)value.Bits.Value);
            return;
        }

        text.Append(value.TypeName);
        if (value.Type == RegisterType.KernelStructure) text.Append(setting.Structures?.Resolve(value.Map).Name);
        if (value.Type == RegisterType.LocalObject) text.Append(setting.OwnStructures?.Resolve(value.Map).Name);
        if (value.Type == RegisterType.Stack)
        {
            if (value.Frame != depth) text.Append(CultureInfo.InvariantCulture, $"[{value.Frame}]");
            if (value.Bits.IsConstant)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(long)value.Bits.Value + value.Offset}");
                return;
            }
        }

        var list = new ArgumentList(text);
        if (value.Id != 0)
        {
            list.Add("id").Append(CultureInfo.InvariantCulture, $"{value.Id}");
            if (value.IsScalar && value.IsShifted) text.Append(CultureInfo.InvariantCulture, $"{value.Offset:+0;-0;+0}");
        }

        if (value.Reference != 0) list.Add("ref_obj_id").Append(CultureInfo.InvariantCulture, $"{value.Reference}");
        if (value.Type is RegisterType.Map or RegisterType.MapValue) AppendMap(ref list, value.Map);
        if (value.IsPointer && value.Offset != 0) AppendSigned(list.Add("off"), value.Offset);
        if (RegisterTypes.IsPacket(value.Type)) AppendUnsigned(list.Add("r"), (ulong)value.Range);
        if (value.Type is RegisterType.RingBufferMemory or RegisterType.KernelMemory) list.Add("sz").Append(CultureInfo.InvariantCulture, $"{value.Range}");
        if (value.Bits.IsConstant)
        {
            if (value.Bits.Value != 0) list.Add("imm").Append(CultureInfo.InvariantCulture, $"0x{value.Bits.Value:x}");
        }
        else
        {
            AppendRanges(ref list, in value);
        }

        text.Append(')');
    }

    private void AppendMap(ref ArgumentList list, int index)
    {
        if ((uint)index >= (uint)maps.Count) return;
        var map = maps[index];
        if (map.Name.Length > 0) list.Add("map").Append(map.Name.AsSpan(0, Math.Min(map.Name.Length, MaxNameLength)));
        list.Add("ks").Append(CultureInfo.InvariantCulture, $"{map.KeySize}");
        list.Add("vs").Append(CultureInfo.InvariantCulture, $"{map.ValueSize}");
    }

    private static void AppendRanges(ref ArgumentList list, in RegState value)
    {
        Span<(long Value, bool Shown)> bounds =
        [
            (value.SignedMin, value.SignedMin != long.MinValue),
            (value.SignedMax, value.SignedMax != long.MaxValue),
            ((long)value.Min, value.Min != 0),
            ((long)value.Max, value.Max != ulong.MaxValue),
            (Low(value.SignedMin32), value.SignedMin32 != int.MinValue),
            (Low(value.SignedMax32), value.SignedMax32 != int.MaxValue),
            (value.Min32, value.Min32 != 0),
            (value.Max32, value.Max32 != uint.MaxValue),
        ];
        for (int first = 0; first < bounds.Length; first++)
        {
            if (!bounds[first].Shown) continue;
            long number = bounds[first].Value;
            list.Add(BoundNames[first]);
            var text = list.Text;
            bool negative = IsSigned(first) && number < 0;
            for (int other = first + 2; other < bounds.Length; other += 2)
            {
                // Equal ones share their number, unless the bits mean a negative number here and a large one there.
                if (!bounds[other].Shown || bounds[other].Value != number || (IsSigned(other) && number < 0) != negative) continue;
                bounds[other].Shown = false;
                text.Append(BoundNames[other]).Append('=');
            }

            if (IsSigned(first)) AppendSigned(text, number);
            else AppendUnsigned(text, (ulong)number);
        }

        if (!value.Bits.IsUnknown) list.Add("var_off").Append(CultureInfo.InvariantCulture, $"(0x{value.Bits.Value:x}; 0x{value.Bits.Mask:x})");

        static bool IsSigned(int bound) => BoundNames[bound][0] == 's';

        static long Low(int number) => number >= SmallestDecimal && number <= LargestDecimal ? number : (uint)number;
    }

    private static readonly string[] BoundNames = ["smin", "smax", "umin", "umax", "smin32", "smax32", "umin32", "umax32"];

    private void AppendSlot(StringBuilder text, in StackSlot slot, int index, int depth)
    {
        if (slot.IsUntouched) return;
        text.Append(CultureInfo.InvariantCulture, $" fp-{(index + 1) * 8}=");

        // From the highest address down; what is part of a spilled register is said by the register.
        for (int at = 7; at >= 0; at--)
        {
            char? kind = slot.Bytes[at] switch
            {
                StackByte.Invalid => '?',
                StackByte.Misc => 'm',
                StackByte.Zero => '0',
                _ => null,
            };
            if (kind is { } shown) text.Append(shown);
        }

        if (slot.IsSpill) AppendValue(text, in slot.Spilled, depth);
    }

    private static void AppendSigned(StringBuilder text, long number)
    {
        if (number is >= SmallestDecimal and <= LargestDecimal) text.Append(number.ToString(CultureInfo.InvariantCulture));
        else text.Append(CultureInfo.InvariantCulture, $"0x{number:x}");
    }

    private static void AppendUnsigned(StringBuilder text, ulong number)
    {
        if (number <= ushort.MaxValue) text.Append(number.ToString(CultureInfo.InvariantCulture));
        else text.Append(CultureInfo.InvariantCulture, $"0x{number:x}");
    }

    /// <summary>A list in parentheses, with commas between.</summary>
    private struct ArgumentList
    {
        private bool _some;

        public ArgumentList(StringBuilder text)
        {
            Text = text;
            text.Append('(');
        }

        public StringBuilder Text { get; }

        public StringBuilder Add(string name)
        {
            if (_some) Text.Append(',');
            _some = true;
            return Text.Append(name).Append('=');
        }
    }
}
