using System.Buffers.Text;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

/// <summary>
/// The kernel's format strings for BPF: <c>%d %i %u %x %X</c> with <c>l</c> and <c>ll</c>, <c>%c %s %p</c> and some of its
/// relatives, with the flags <c>0 + - space</c> and a width. Anything else is EINVAL.
/// </summary>
internal ref struct TraceFormat(Span<byte> target, ReadOnlySpan<ulong> arguments, RunState run)
{
    /// <summary>Bytes of a message, its final zero included (MAX_BPRINTF_BUF).</summary>
    public const int LongestLine = 1024;

    private readonly Span<byte> _target = target;
    private readonly ReadOnlySpan<ulong> _arguments = arguments;
    private int _next;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Writes a message.</summary>
    /// <param name="format">The format; it must hold a zero byte, where it ends.</param>
    public Errno Write(ReadOnlySpan<byte> format)
    {
        int end = format.IndexOf((byte)0);
        if (end < 0) return Errno.EINVAL;
        format = format[..end];

        // Control characters are refused; the bytes of UTF-8 are not.
        foreach (byte character in format)
            if (character is < (byte)' ' and not (>= (byte)'\t' and <= (byte)'\r') or 0x7f) return Errno.EINVAL;
        while (!format.IsEmpty)
        {
            int percent = format.IndexOf((byte)'%');
            Append(percent < 0 ? format : format[..percent]);
            if (percent < 0) break;
            format = format[(percent + 1)..];
            if (format.StartsWith("%"u8))
            {
                Append("%"u8);
                format = format[1..];
            }
            else if (!Conversion(ref format))
            {
                return Errno.EINVAL;
            }
        }

        return Errno.None;
    }

    private bool Conversion(ref ReadOnlySpan<byte> format)
    {
        var field = Field.Read(ref format);
        if (_next == _arguments.Length || format.IsEmpty) return false;
        ulong argument = _arguments[_next++];
        switch (format[0])
        {
            case (byte)'p':
                format = format[1..];
                return Pointer(ref format, field, argument);
            case (byte)'s':
                format = format[1..];
                return Text(ref format, field, argument);
            case (byte)'c':
                format = format[1..];
                Pad([(byte)argument], field);
                return true;
        }

        bool wide = false;
        for (int letters = 0; letters < 2 && format.StartsWith("l"u8); letters++)
        {
            wide = true;
            format = format[1..];
        }

        if (format.IsEmpty) return false;
        byte kind = format[0];
        format = format[1..];
        Span<byte> digits = stackalloc byte[24];
        int length;
        switch (kind)
        {
            case (byte)'d' or (byte)'i':
                long number = wide ? (long)argument : (int)argument;
                if (number >= 0 && field.Plus) digits[0] = (byte)'+';
                else if (number >= 0 && field.Space) digits[0] = (byte)' ';
                int sign = number >= 0 && (field.Plus || field.Space) ? 1 : 0;
                Utf8Formatter.TryFormat(number, digits[sign..], out length);
                length += sign;
                break;
            case (byte)'u':
                Utf8Formatter.TryFormat(wide ? argument : (uint)argument, digits, out length);
                break;
            case (byte)'x' or (byte)'X':
                Utf8Formatter.TryFormat(wide ? argument : (uint)argument, digits, out length, new System.Buffers.StandardFormat((char)kind));
                break;
            default:
                return false;
        }

        Pad(digits[..length], field);
        return true;
    }

    private bool Text(ref ReadOnlySpan<byte> format, Field field, ulong address)
    {
        if (!EndsConversion(format, 0)) return false;
        Span<byte> text = stackalloc byte[LongestLine];
        Pad(text[..run.ReadText(address, text)], field);
        return true;
    }

    private bool Pointer(ref ReadOnlySpan<byte> format, Field field, ulong address)
    {
        Span<byte> text = stackalloc byte[48];
        int length;
        if (EndsConversion(format, 0))
        {
            // A plain %p shows all 16 digits, as the kernel does for its hashed pointers.
            Utf8Formatter.TryFormat(address, text, out length, new System.Buffers.StandardFormat('x', 16));
            Pad(text[..length], field);
            return true;
        }

        byte kind = format[0];
        if (kind is (byte)'k' or (byte)'u' && format.Length > 1 && format[1] == (byte)'s')
        {
            format = format[2..];
            return Text(ref format, field, address);
        }

        if (kind is (byte)'K' or (byte)'x' or (byte)'s' or (byte)'S' or (byte)'B')
        {
            format = format[1..];

            // There are no kernel symbols here: symbolic pointers show as numbers.
            bool symbolic = kind is not ((byte)'K' or (byte)'x');
            int prefix = symbolic ? 2 : 0;
            "0x"u8[..prefix].CopyTo(text);
            Utf8Formatter.TryFormat(address, text[prefix..], out length, new System.Buffers.StandardFormat('x', symbolic ? (byte)0 : (byte)16));
            Pad(text[..(prefix + length)], field);
            return true;
        }

        if (kind is not ((byte)'i' or (byte)'I') || format.Length < 2 || format[1] is not ((byte)'4' or (byte)'6')) return false;
        bool sixteen = format[1] == (byte)'6';
        format = format[2..];
        Span<byte> bytes = stackalloc byte[sixteen ? 16 : 4];
        run.ReadBytes(address, bytes);
        length = 0;
        for (int index = 0; index < bytes.Length; index += sixteen ? 2 : 1)
        {
            if (index > 0 && (!sixteen || kind == (byte)'I')) text[length++] = sixteen ? (byte)':' : (byte)'.';
            int written;
            if (sixteen) Utf8Formatter.TryFormat((bytes[index] << 8) | bytes[index + 1], text[length..], out written, new System.Buffers.StandardFormat('x', 4));
            else Utf8Formatter.TryFormat(bytes[index], text[length..], out written, kind == (byte)'i' ? new System.Buffers.StandardFormat('D', 3) : default);
            length += written;
        }

        Pad(text[..length], field);
        return true;
    }

    // After %p and %s only the end, white space or punctuation may follow.
    private static bool EndsConversion(ReadOnlySpan<byte> format, int at) =>
        at >= format.Length || !char.IsLetterOrDigit((char)format[at]);

    private void Pad(scoped ReadOnlySpan<byte> text, Field field)
    {
        int missing = field.Width - text.Length;
        if (missing > 0 && !field.Left)
        {
            if (field.Zero && text.Length > 0 && text[0] is (byte)'-' or (byte)'+' or (byte)' ')
            {
                Append(text[..1]);
                text = text[1..];
            }

            Repeat(field.Zero ? (byte)'0' : (byte)' ', missing);
        }

        Append(text);
        if (missing > 0 && field.Left) Repeat((byte)' ', missing);
    }

    private void Repeat(byte character, int count)
    {
        for (; count > 0; count--) Append([character]);
    }

    // What does not fit is cut, with room for the final zero.
    private void Append(scoped ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, _target.Length - 1 - Length)];
        text.CopyTo(_target[Length..]);
        Length += text.Length;
    }

    /// <summary>Flags and width between the percent sign and the letter.</summary>
    private readonly record struct Field(bool Zero, bool Plus, bool Left, bool Space, int Width)
    {
        public static Field Read(ref ReadOnlySpan<byte> format)
        {
            var field = default(Field);
            for (; !format.IsEmpty; format = format[1..])
            {
                if (format[0] == (byte)'0') field = field with { Zero = true };
                else if (format[0] == (byte)'+') field = field with { Plus = true };
                else if (format[0] == (byte)'-') field = field with { Left = true };
                else if (format[0] == (byte)' ') field = field with { Space = true };
                else break;
            }

            int width = 0;
            for (; !format.IsEmpty && char.IsAsciiDigit((char)format[0]); format = format[1..])
                width = Math.Min(width * 10 + format[0] - '0', LongestLine);
            return field with { Width = width };
        }
    }
}
