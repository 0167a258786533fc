using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_sysctl_*: the setting of the environment that is read or written. Answers are lengths without the zero; what does not fit is cut.</summary>
internal static unsafe class SettingHelpers
{
    // BPF_F_SYSCTL_BASE_NAME.
    private const ulong BaseName = 1;

    // What fits on a page of 4 KiB with a zero at its end.
    private const ulong LongestValue = 4095;

    private const ulong Invalid = unchecked((ulong)-(long)Errno.EINVAL), TooLong = unchecked((ulong)-(long)Errno.E2BIG);

    private static readonly int Write = ContextLayouts.Sysctl.Fields.First(field => field.Name == "write").Offset;

    public static ulong GetName(RunState run, ulong context, ulong buffer, ulong size, ulong flags, ulong r5)
    {
        if ((flags & ~BaseName) != 0) return Invalid;
        var name = (run.Environment.Setting?.NameBytes).AsSpan();
        return Copy((flags & BaseName) != 0 ? name[(name.LastIndexOf((byte)'/') + 1)..] : name, buffer, size);
    }

    public static ulong GetValue(RunState run, ulong context, ulong buffer, ulong size, ulong r4, ulong r5) => Copy((run.Environment.Setting?.ValueBytes).AsSpan(), buffer, size);

    public static ulong GetNewValue(RunState run, ulong context, ulong buffer, ulong size, ulong r4, ulong r5) =>
        Copy(IsWritten(run) ? run.NewSetting ?? (run.Environment.Setting?.NewValueBytes).AsSpan() : [], buffer, size);

    public static ulong SetNewValue(RunState run, ulong context, ulong value, ulong size, ulong r4, ulong r5)
    {
        if (!IsWritten(run) || run.Environment.Setting?.NewValueBytes is not { Length: > 0 }) return Invalid;
        if (size > LongestValue) return TooLong;
        run.NewSetting = new ReadOnlySpan<byte>((byte*)value, (int)size).ToArray();
        return 0;
    }

    private static bool IsWritten(RunState run) => *(uint*)(run.Record + ContextView.FieldsOffset + Write) != 0;

    private static ulong Copy(ReadOnlySpan<byte> text, ulong buffer, ulong size)
    {
        var target = new Span<byte>((byte*)buffer, (int)size);
        target.Clear();
        if (text.IsEmpty) return Invalid;
        bool fits = text.Length < target.Length;
        (fits ? text : text[..(target.Length - 1)]).CopyTo(target);
        return fits ? (ulong)text.Length : TooLong;
    }
}
