using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// bpf_str*: the kernel's functions on text at any address. They answer with an index or an order, and with an error where the text cannot be read (EFAULT), is none of the
/// kernel's (ERANGE), has nothing that was asked for (ENOENT) or has no end (E2BIG).
/// </summary>
internal static class KernelTextHelpers
{
    /// <summary>The kernel's XATTR_SIZE_MAX: where these functions give up.</summary>
    public const int Longest = 65536;

    public static ulong Compare(RunState run, ulong first, ulong second, ulong r3, ulong r4, ulong r5) => Order(run, first, second, ignoreCase: false);

    public static ulong CompareWithoutCase(RunState run, ulong first, ulong second, ulong r3, ulong r4, ulong r5) => Order(run, first, second, ignoreCase: true);

    public static ulong Length(RunState run, ulong text, ulong r2, ulong r3, ulong r4, ulong r5) => Within(run, text, Longest);

    public static ulong LengthWithin(RunState run, ulong text, ulong most, ulong r3, ulong r4, ulong r5) => Within(run, text, most);

    public static ulong Find(RunState run, ulong text, ulong character, ulong r3, ulong r4, ulong r5) => Index(run, text, Longest, (byte)character);

    public static ulong FindWithin(RunState run, ulong text, ulong most, ulong character, ulong r4, ulong r5) => Index(run, text, most, (byte)character);

    /// <summary>bpf_strchrnul: where there is no such character, the end.</summary>
    public static ulong FindOrEnd(RunState run, ulong text, ulong character, ulong r3, ulong r4, ulong r5)
    {
        var reader = new KernelText(run, text);
        if (!reader.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            if (!reader.TryRead(at, out byte seen)) return Answer(Errno.EFAULT);
            if (seen == 0 || seen == (byte)character) return (ulong)at;
        }

        return Answer(Errno.E2BIG);
    }

    /// <summary>bpf_strrchr, which takes an int where the others take a char: what is no signed byte is nowhere.</summary>
    public static ulong FindLast(RunState run, ulong text, ulong character, ulong r3, ulong r4, ulong r5)
    {
        var reader = new KernelText(run, text);
        if (!reader.IsAllowed) return Answer(Errno.ERANGE);
        ulong last = Answer(Errno.ENOENT);
        for (int at = 0; at < Longest; at++)
        {
            if (!reader.TryRead(at, out byte seen)) return Answer(Errno.EFAULT);
            if ((sbyte)seen == (int)character) last = (ulong)at;
            if (seen == 0) return last;
        }

        return Answer(Errno.E2BIG);
    }

    /// <summary>bpf_strspn: how many characters at the start are among the others.</summary>
    public static ulong CountAmong(RunState run, ulong text, ulong set, ulong r3, ulong r4, ulong r5) => Count(run, text, set, among: true);

    /// <summary>bpf_strcspn: how many are not.</summary>
    public static ulong CountNotAmong(RunState run, ulong text, ulong set, ulong r3, ulong r4, ulong r5) => Count(run, text, set, among: false);

    public static ulong FindText(RunState run, ulong text, ulong sought, ulong r3, ulong r4, ulong r5) => Search(run, text, sought, Longest);

    public static ulong FindTextWithin(RunState run, ulong text, ulong sought, ulong most, ulong r4, ulong r5) => Search(run, text, sought, most);

    private static ulong Order(RunState run, ulong first, ulong second, bool ignoreCase)
    {
        var left = new KernelText(run, first);
        var right = new KernelText(run, second);
        if (!left.IsAllowed || !right.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            if (!left.TryRead(at, out byte one) || !right.TryRead(at, out byte other)) return Answer(Errno.EFAULT);
            if (ignoreCase) (one, other) = (Lower(one), Lower(other));
            if (one != other) return one < other ? ulong.MaxValue : 1;
            if (one == 0) return 0;
        }

        return Answer(Errno.E2BIG);
    }

    private static ulong Within(RunState run, ulong text, ulong most)
    {
        var reader = new KernelText(run, text);
        if (!reader.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            if ((ulong)at >= most) return (ulong)at;
            if (!reader.TryRead(at, out byte seen)) return Answer(Errno.EFAULT);
            if (seen == 0) return (ulong)at;
        }

        return Answer(Errno.E2BIG);
    }

    private static ulong Index(RunState run, ulong text, ulong most, byte character)
    {
        var reader = new KernelText(run, text);
        if (!reader.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            if ((ulong)at >= most) return Answer(Errno.ENOENT);
            if (!reader.TryRead(at, out byte seen)) return Answer(Errno.EFAULT);
            if (seen == character) return (ulong)at;
            if (seen == 0) return Answer(Errno.ENOENT);
        }

        return Answer(Errno.E2BIG);
    }

    private static ulong Count(RunState run, ulong text, ulong set, bool among)
    {
        var reader = new KernelText(run, text);
        var others = new KernelText(run, set);
        if (!reader.IsAllowed || !others.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            if (!reader.TryRead(at, out byte seen)) return Answer(Errno.EFAULT);
            if (seen == 0) return (ulong)at;
            int index = 0;
            for (; index < Longest; index++)
            {
                if (!others.TryRead(index, out byte other)) return Answer(Errno.EFAULT);
                if (other != seen && other != 0) continue;
                if ((other == seen) != among) return (ulong)at;
                break;
            }

            if (index == Longest) return Answer(Errno.E2BIG);
        }

        return Answer(Errno.E2BIG);
    }

    // Where a text begins within the first bytes of another; the whole of it has to lie there.
    private static ulong Search(RunState run, ulong text, ulong sought, ulong most)
    {
        var reader = new KernelText(run, text);
        var wanted = new KernelText(run, sought);
        if (!reader.IsAllowed || !wanted.IsAllowed) return Answer(Errno.ERANGE);
        for (int at = 0; at < Longest; at++)
        {
            for (int index = 0; ; index++)
            {
                if (index == Longest) return Answer(Errno.E2BIG);
                if (!wanted.TryRead(index, out byte next)) return Answer(Errno.EFAULT);
                if (next == 0) return (ulong)at;
                if ((ulong)(at + index) >= most) return Answer(Errno.ENOENT);
                if (!reader.TryRead(at + index, out byte seen)) return Answer(Errno.EFAULT);
                if (seen == 0) return Answer(Errno.ENOENT);
                if (seen != next) break;
            }
        }

        return Answer(Errno.E2BIG);
    }

    private static byte Lower(byte character) => character is >= (byte)'A' and <= (byte)'Z' ? (byte)(character | 0x20) : character;

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
