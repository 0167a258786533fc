using System.Runtime.CompilerServices;
using System.Text;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Numbers and text: bpf_strtol, bpf_strtoul, bpf_strncmp, bpf_snprintf, bpf_trace_vprintk.</summary>
internal static unsafe class TextHelpers
{
    // MAX_BPRINTF_VARARGS; the kernel looks at so many bytes of a number.
    private const int MostValues = 12, LongestNumber = 63;

    private const ulong BaseMask = 0x1f;

    [MethodImpl(HotCode.Optimized)]
    public static ulong StrToL(RunState run, ulong text, ulong size, ulong flags, ulong result, ulong r5)
    {
        *(long*)result = 0;
        long consumed = Parse(new ReadOnlySpan<byte>((byte*)text, (int)size), flags, out bool negative, out ulong number);
        if (consumed < 0) return (ulong)consumed;
        if (negative ? (long)(0 - number) > 0 : (long)number < 0) return Answer(Errno.ERANGE);
        *(long*)result = negative ? (long)(0 - number) : (long)number;
        return (ulong)consumed;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong StrToUl(RunState run, ulong text, ulong size, ulong flags, ulong result, ulong r5)
    {
        *(ulong*)result = 0;
        long consumed = Parse(new ReadOnlySpan<byte>((byte*)text, (int)size), flags, out bool negative, out ulong number);
        if (consumed < 0) return (ulong)consumed;
        if (negative) return Answer(Errno.EINVAL);
        *(ulong*)result = number;
        return (ulong)consumed;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong StrNCmp(RunState run, ulong text, ulong size, ulong other, ulong r4, ulong r5)
    {
        byte* left = (byte*)text, right = (byte*)other;
        for (ulong index = 0; index < size; index++)
        {
            if (left[index] != right[index]) return left[index] < right[index] ? ulong.MaxValue : 1;
            if (left[index] == 0) break;
        }

        return 0;
    }

    /// <summary>Writes text with its final zero; answers with the length that all of it would have, the zero included.</summary>
    public static ulong SnPrintf(RunState run, ulong target, ulong size, ulong format, ulong values, ulong valuesSize)
    {
        if (!AreValues(values, valuesSize)) return Answer(Errno.EINVAL);
        byte* text = (byte*)format;
        Span<byte> scratch = stackalloc byte[4 * TraceFormat.LongestLine];
        var writer = new TraceFormat(scratch, new ReadOnlySpan<ulong>((void*)values, (int)valuesSize / sizeof(ulong)), run);
        var error = writer.Write(new ReadOnlySpan<byte>(text, MemoryLength(text) + 1));
        if (error != Errno.None) return Answer(error);
        if (size > 0)
        {
            int copied = Math.Min(writer.Length, (int)size - 1);
            scratch[..copied].CopyTo(new Span<byte>((byte*)target, copied));
            ((byte*)target)[copied] = 0;
        }

        return (ulong)writer.Length + 1;
    }

    public static ulong TraceVPrintk(RunState run, ulong format, ulong size, ulong values, ulong valuesSize, ulong r5)
    {
        if (!AreValues(values, valuesSize)) return Answer(Errno.EINVAL);
        Span<byte> text = stackalloc byte[TraceFormat.LongestLine];
        var writer = new TraceFormat(text, new ReadOnlySpan<ulong>((void*)values, (int)valuesSize / sizeof(ulong)), run);
        var error = writer.Write(new ReadOnlySpan<byte>((byte*)format, (int)size));
        if (error != Errno.None) return Answer(error);
        var line = text[..writer.Length];
        if (line.EndsWith("\n"u8)) line = line[..^1];
        run.Print(Encoding.UTF8.GetString(line));
        return (ulong)writer.Length;
    }

    private static bool AreValues(ulong values, ulong size) => size % sizeof(ulong) == 0 && size <= MostValues * sizeof(ulong) && (size == 0 || values != 0);

    private static int MemoryLength(byte* text)
    {
        int length = 0;
        while (text[length] != 0) length++;
        return length;
    }

    // Spaces, a sign, a prefix that may give the base, digits. Bytes that were read, or a negative errno.
    private static long Parse(ReadOnlySpan<byte> text, ulong flags, out bool negative, out ulong number)
    {
        negative = false;
        number = 0;
        uint radix = (uint)(flags & BaseMask);
        if (radix is not (0 or 8 or 10 or 16) || (flags & ~BaseMask) != 0) return -(long)Errno.EINVAL;
        int start = 0;
        while (start < text.Length && text[start] is (>= 9 and <= 13) or 32 or 160) start++;
        if (start < text.Length && text[start] == (byte)'-')
        {
            negative = true;
            start++;
        }

        var digits = text[start..];
        if (digits.IsEmpty) return -(long)Errno.EINVAL;
        if (digits.Length > LongestNumber) digits = digits[..LongestNumber];
        bool prefixed = digits.Length > 1 && digits[0] == (byte)'0' && (digits[1] | 0x20) == 'x';
        if (radix == 0) radix = digits[0] != (byte)'0' ? 10u : prefixed && digits.Length > 2 && DigitOf(digits[2]) < 16 ? 16u : 8u;
        int at = radix == 16 && prefixed ? 2 : 0, first = at;
        for (; at < digits.Length && DigitOf(digits[at]) is var digit && digit < radix; at++)
        {
            ulong high = Math.BigMul(number, radix, out ulong low);
            number = low + digit;
            if (high != 0 || number < low) return -(long)Errno.ERANGE;
        }

        return at == first ? -(long)Errno.EINVAL : start + at;
    }

    private static uint DigitOf(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => (uint)(character - '0'),
        >= (byte)'a' and <= (byte)'f' => (uint)(character - 'a' + 10),
        >= (byte)'A' and <= (byte)'F' => (uint)(character - 'A' + 10),
        _ => uint.MaxValue,
    };

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
