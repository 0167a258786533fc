using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// What kernel functions do: a row for each of the first of <see cref="KfuncTable"/>, in its order; the others are judged and cannot run. They stand behind the helpers in the engine's table; no
/// program can name these numbers.
/// </summary>
internal static unsafe class KfuncSet
{
    /// <summary>The kernel's BPF_MAX_LOOPS: the most numbers of an iterator.</summary>
    private const long MostNumbers = 8 * 1024 * 1024;

    private static readonly HelperFunction[] Functions =
    [
        NewNumbers, NextNumber, EndNumbers, Nothing, Nothing, Nothing, Nothing,
    ];

    /// <summary>The engine's number of the first one.</summary>
    public static int First { get; } = HelperTable.All.Count + 1;

    /// <summary>Whether a function of <see cref="KfuncTable"/> has an implementation.</summary>
    public static bool Implements(int index) => index < Functions.Length;

    /// <summary>The rows, to be put into the engine's table.</summary>
    public static IEnumerable<HelperEntry> Entries => KfuncTable.All.Take(Functions.Length).Select((row, index) =>
        new HelperEntry(Functions[index], new HelperPrototype { Id = First + index, Name = row.Name, Arguments = [.. row.Arguments.Select(_ => ArgumentKind.Anything)] }));

    // An iterator is the number before the next one, and the one behind the last.
    [MethodImpl(HotCode.Optimized)]
    private static ulong NewNumbers(RunState run, ulong iterator, ulong start, ulong end, ulong r4, ulong r5)
    {
        int* numbers = (int*)iterator;
        int first = (int)start, last = (int)end;
        var error = first > last ? Errno.EINVAL : (long)last - first > MostNumbers ? Errno.E2BIG : Errno.None;
        numbers[0] = error == Errno.None ? first - 1 : 0;
        numbers[1] = error == Errno.None ? last : 0;
        return (ulong)-(long)error;
    }

    [MethodImpl(HotCode.Optimized)]
    private static ulong NextNumber(RunState run, ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        int* numbers = (int*)iterator;
        if ((long)numbers[0] + 1 < numbers[1])
        {
            numbers[0]++;
            return iterator;
        }

        numbers[0] = numbers[1] = 0;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    private static ulong EndNumbers(RunState run, ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        *(ulong*)iterator = 0;
        return 0;
    }

    // A run is a read-side section as a whole (epochs), and nothing takes its virtual processor away.
    [MethodImpl(HotCode.Optimized)]
    private static ulong Nothing(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => 0;
}
