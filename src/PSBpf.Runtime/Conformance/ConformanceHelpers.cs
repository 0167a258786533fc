using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Conformance;

/// <summary>
/// The functions that programs of conformance suites call, by the numbers that the runtimes which take part in them
/// give to them. They have nothing to do with the helpers of the kernel.
/// </summary>
internal static unsafe class ConformanceHelpers
{
    private const byte FrobMask = 42;

    /// <summary>The table.</summary>
    public static HelperEntry[] All { get; } =
    [
        Row(0, "gather_bytes", GatherBytes, ArgumentKind.Anything, ArgumentKind.Anything, ArgumentKind.Anything, ArgumentKind.Anything, ArgumentKind.Anything),
        Row(1, "memfrob", Frob, ArgumentKind.UninitializedMemory, ArgumentKind.SizeOrZero),
        Row(2, "no_op", Nothing),
        Row(3, "sqrti", SquareRoot, ArgumentKind.Anything),
        Row(4, "strcmp_ext", CompareText, ArgumentKind.Anything, ArgumentKind.Anything),
        Row(5, "unwind", Unwind, ArgumentKind.Anything),
    ];

    private static HelperEntry Row(int id, string name, HelperFunction function, params ArgumentKind[] arguments) =>
        new(function, new HelperPrototype { Id = id, Name = name, Arguments = arguments });

    // The low bytes of r1 to r5, the first the most significant: shows that all five arrive, in order.
    private static ulong GatherBytes(RunState run, ulong a, ulong b, ulong c, ulong d, ulong e) =>
        (a & 0xff) << 32 | (b & 0xff) << 24 | (c & 0xff) << 16 | (d & 0xff) << 8 | (e & 0xff);

    // As memfrob(3): every byte with 42, the address back.
    private static ulong Frob(RunState run, ulong address, ulong length, ulong c, ulong d, ulong e)
    {
        foreach (ref byte value in new Span<byte>((void*)address, (int)length)) value ^= FrobMask;
        return address;
    }

    private static ulong Nothing(RunState run, ulong a, ulong b, ulong c, ulong d, ulong e) => 0;

    // The largest number whose square is not larger; a double's 53 bits may be off by one.
    private static ulong SquareRoot(RunState run, ulong value, ulong b, ulong c, ulong d, ulong e)
    {
        ulong root = Math.Min((ulong)Math.Sqrt(value), uint.MaxValue);
        while (root * root > value) root--;
        while (root < uint.MaxValue && (root + 1) * (root + 1) <= value) root++;
        return root;
    }

    // As strcmp(3): the difference of the first bytes that differ, unsigned.
    private static ulong CompareText(RunState run, ulong left, ulong right, ulong c, ulong d, ulong e)
    {
        for (ulong at = 0; ; at++)
        {
            byte a = Read(run, left + at, 1), b = Read(run, right + at, 2);
            if (a != b || a == 0) return (ulong)(a - b);
        }
    }

    private static ulong Unwind(RunState run, ulong value, ulong b, ulong c, ulong d, ulong e) => value != 0 ? value : throw new ProgramEnd();

    private static byte Read(RunState run, ulong address, int register) =>
        run.Owns(address, 1, write: false) ? *(byte*)address : throw run.Fault(run.Instruction, $"passes r{register} for reading text that goes on to 0x{address:x}, outside of everything that the program owns");
}
