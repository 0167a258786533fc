using System.Text;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_trace_printk.</summary>
internal static unsafe class PrintHelpers
{
    /// <summary>Prints a line; answers with its length.</summary>
    public static ulong TracePrintk(RunState run, ulong format, ulong size, ulong first, ulong second, ulong third)
    {
        Span<byte> text = stackalloc byte[TraceFormat.LongestLine];
        ReadOnlySpan<ulong> arguments = [first, second, third];
        var writer = new TraceFormat(text, arguments, run);
        var error = writer.Write(new ReadOnlySpan<byte>((byte*)format, (int)size));
        if (error != Errno.None) return (ulong)-(long)error;
        int length = writer.Length;

        // The trace puts every message on a line of its own, whether it ends with a newline or not.
        var line = text[..length];
        if (line.EndsWith("\n"u8)) line = line[..^1];
        run.Print(Encoding.UTF8.GetString(line));
        return (ulong)length;
    }
}
