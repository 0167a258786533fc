using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <summary>
/// What holds on every path of an accepted program, gathered while the paths were explored: what a compiler may rely on.
/// Only what pruning compares is a fact; the value that a register had on one explored path is none.
/// </summary>
public sealed class ProgramFacts
{
    private const int NoMap = -1;

    /// <summary>In place of a map: several, or one that is known when the program runs only.</summary>
    internal const int SeveralMaps = -2;

    private readonly AccessedMemory[] _accessed;
    private readonly int[] _maps;
    private readonly bool[] _reached;
    private readonly Dictionary<int, int> _functions = [], _kfuncs = [];
    private readonly int[] _stackDepths;
    private readonly bool[] _sharedStack;

    internal ProgramFacts(int slots, int functions)
    {
        _accessed = new AccessedMemory[slots];
        _maps = new int[slots];
        Array.Fill(_maps, NoMap);
        _reached = new bool[slots];
        _stackDepths = new int[functions];
        _sharedStack = new bool[functions * FrameState.StackBytes];
    }

    /// <summary>
    /// Whether some path reads stack bytes that nothing was written to; such bytes have to be the same for every run, so
    /// whoever runs the program clears them first.
    /// </summary>
    public bool ReadsUnwrittenStack { get; private set; }

    /// <summary>Whether some path may change the packet or the context.</summary>
    public bool ChangesInput { get; private set; }

    /// <summary>Whether some path reaches a slot; what none reaches never executes.</summary>
    public bool IsReached(int slot) => _reached[slot];

    /// <summary>The kinds of memory that the instruction in a slot loads from or stores to.</summary>
    public AccessedMemory MemoryAt(int slot) => _accessed[slot];

    /// <summary>The map that the call in a slot is always given, or whose value it always accesses, as index into the program's maps; −1 when there is none or it varies.</summary>
    public int MapAt(int slot) => Math.Max(_maps[slot], NoMap);

    /// <summary>Bytes of stack that a function uses; functions are numbered in the order of their first slots.</summary>
    public int StackDepthOf(int function) => _stackDepths[function];

    /// <summary>
    /// Whether some path accesses bytes of a function's stack in another way than by r10 and an offset: through a pointer that
    /// was computed from it, in a helper, in a function that got such a pointer.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="offset">The first byte's offset from r10; negative.</param>
    /// <param name="size">How many bytes.</param>
    public bool IsStackShared(int function, int offset, int size) => SharedBytes(function, offset, offset + size).Contains(true);

    internal Span<int> StackDepths => _stackDepths;

    internal void ShareStack(int function, int from, int end) => SharedBytes(function, from, end).Fill(true);

    internal void Reach(int slot) => _reached[slot] = true;

    internal void Access(int slot, AccessedMemory memory, bool writes)
    {
        _accessed[slot] |= memory;
        if (writes && (memory & (AccessedMemory.Packet | AccessedMemory.Context)) != 0) ChangesInput = true;
    }

    internal void UseMap(int slot, int map) => _maps[slot] = _maps[slot] == NoMap || _maps[slot] == map ? map : SeveralMaps;

    /// <summary>The function that the helper in a slot always calls back, by number; −1 when there is none or it varies.</summary>
    public int FunctionAt(int slot) => _functions.TryGetValue(slot, out int function) ? function : -1;

    /// <summary>Which of <see cref="Uapi.KfuncTable"/> the call in a slot calls; −1 when it calls none.</summary>
    public int KfuncAt(int slot) => _kfuncs.TryGetValue(slot, out int kfunc) ? kfunc : -1;

    internal void UseKfunc(int slot, int kfunc) => _kfuncs[slot] = kfunc;

    internal void UseFunction(int slot, int function) =>
        _functions[slot] = _functions.TryGetValue(slot, out int known) && known != function ? -1 : function;

    internal void ReadUnwrittenStack() => ReadsUnwrittenStack = true;

    internal void ChangeInput() => ChangesInput = true;

    private Span<bool> SharedBytes(int function, int from, int end) =>
        _sharedStack.AsSpan((function + 1) * FrameState.StackBytes + from, end - from);
}

/// <summary>Kinds of memory.</summary>
[Flags]
public enum AccessedMemory : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The program's context, at the instruction's offset.</summary>
    Context = 1,

    /// <summary>A frame of the stack.</summary>
    Stack = 2,

    /// <summary>Packet bytes or their metadata.</summary>
    Packet = 4,

    /// <summary>A map's value.</summary>
    MapValue = 8,

    /// <summary>A sample reserved in a ring buffer.</summary>
    RingBuffer = 16,

    /// <summary>A structure of the kernel: a socket, flow keys, a tracepoint's buffer.</summary>
    Other = 32,

    /// <summary>The kernel's memory, by a pointer that may have become invalid: a load that faults gives 0.</summary>
    Kernel = 64,

    /// <summary>The program's arena.</summary>
    Arena = 128,
}
