using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Loading;

/// <summary>
/// Reads the machine code that the kernel's JIT compiler made (BPF_OBJ_GET_INFO_BY_FD). Which instruction it comes from
/// is known by lines of C only: the kernel says where the code of each line record begins.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class NativeCodeReader
{
    /// <summary>The code of each function in order; empty when the compiler is off or the kernel hides it from this process.</summary>
    public static IReadOnlyList<NativeCode> Read(BpfHandle handle, ProgramSpec spec)
    {
        var sizes = Ask(handle, default, spec);
        if (sizes.NativeBytes == 0) return [];

        var code = new byte[sizes.NativeBytes];
        var addresses = new ulong[Math.Max(sizes.FunctionAddressCount, 1)];
        var lengths = new uint[Math.Max(sizes.FunctionLengthCount, 1)];
        // Records of another size belong to another kernel than this layout.
        bool hasLines = sizes.LineRecordSize == sizeof(LineInfoRecord) && sizes.NativeLineRecordSize == sizeof(ulong) && sizes.LineCount == sizes.NativeLineCount;
        var lines = new LineInfoRecord[hasLines ? sizes.LineCount : 0];
        var lineAddresses = new ulong[lines.Length];
        fixed (byte* codePointer = code)
        fixed (ulong* addressPointer = addresses, lineAddressPointer = lineAddresses)
        fixed (uint* lengthPointer = lengths)
        fixed (LineInfoRecord* linePointer = lines)
        {
            var request = new ProgramInfo
            {
                NativeBytes = sizes.NativeBytes,
                NativeCode = (ulong)codePointer,
                FunctionAddressCount = sizes.FunctionAddressCount,
                FunctionAddresses = (ulong)addressPointer,
                FunctionLengthCount = sizes.FunctionLengthCount,
                FunctionLengths = (ulong)lengthPointer,
            };
            if (lines.Length > 0)
            {
                request.LineCount = request.NativeLineCount = (uint)lines.Length;
                request.LineRecordSize = (uint)sizeof(LineInfoRecord);
                request.NativeLineRecordSize = sizeof(ulong);
                request.Lines = (ulong)linePointer;
                request.NativeLines = (ulong)lineAddressPointer;
            }

            var answer = Ask(handle, request, spec);
            // The kernel clears the pointers to what it does not show.
            if (answer.NativeBytes == 0 || answer.NativeCode == 0) return [];
        }

        return Cut(code, addresses, lengths, Match(lines, lineAddresses, spec), spec);
    }

    private static ProgramInfo Ask(BpfHandle handle, ProgramInfo request, ProgramSpec spec)
    {
        var error = ObjectInfo.Fill(handle, ref request);
        return error == Errno.None ? request : throw Failure.Of(BpfCommand.ObjectGetInfo, error, $"program '{spec.Name}'");
    }

    private static List<NativeCode> Cut(byte[] code, ulong[] addresses, uint[] lengths, List<(ulong Address, int Instruction)> points, ProgramSpec spec)
    {
        var functions = FunctionTable.Of(spec);
        var pieces = new List<NativeCode>();
        int start = 0;
        for (int index = 0; index < lengths.Length && start < code.Length; index++)
        {
            // A program without subprograms may come without lengths.
            int length = lengths.Length == 1 ? code.Length : (int)Math.Min(lengths[index], (uint)(code.Length - start));
            ulong address = index < addresses.Length ? addresses[index] : 0;
            // The kernel removes functions that nothing calls any more; then it is not known which are left.
            var function = functions.Count == lengths.Length ? functions[index] : null;
            var own = points.Where(point => address != 0 && point.Address - address < (ulong)length)
                .Select(point => new NativeCodePoint((int)(point.Address - address), point.Instruction)).OrderBy(point => point.Offset).ToList();
            if (own.Count == 0 && function is not null) own.Add(new NativeCodePoint(0, function.Instruction));
            pieces.Add(new NativeCode
            {
                Name = function?.Name ?? $"{spec.Name}[{index}]",
                Address = address,
                Bytes = code.AsMemory(start, length),
                Points = own,
            });
            start += length;
        }

        return pieces;
    }

    // The kernel's records count rewritten instructions. What it drops, it drops whole, so the rest are ours in order.
    private static List<(ulong Address, int Instruction)> Match(LineInfoRecord[] records, ulong[] addresses, ProgramSpec spec)
    {
        var points = new List<(ulong, int)>();
        int next = 0;
        for (int index = 0; index < records.Length; index++)
        {
            int found = next;
            while (found < spec.Lines.Count && !IsSame(records[index], ProgramImage.Record(spec.Lines[found]))) found++;
            if (found == spec.Lines.Count) continue;
            if (addresses[index] != 0) points.Add((addresses[index], spec.Lines[found].Instruction));
            next = found + 1;
        }

        return points;
    }

    private static bool IsSame(LineInfoRecord one, LineInfoRecord other) =>
        (one.FileNameOffset, one.LineOffset, one.LineAndColumn) == (other.FileNameOffset, other.LineOffset, other.LineAndColumn);
}
