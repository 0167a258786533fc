namespace PSBpf.Uapi;

/// <summary>What a kernel function takes in one register.</summary>
public enum KfuncArgument : byte
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>Room for an iterator on the stack, which the function makes.</summary>
    NewIterator,

    /// <summary>An iterator on the stack that the function advances.</summary>
    Iterator,

    /// <summary>An iterator on the stack that the function ends.</summary>
    ReleasedIterator,

    /// <summary>The program's context, where it is that of <see cref="KfuncPrototype.ProgramTypes"/>.</summary>
    Context,

    /// <summary>A dynptr on the stack that was made.</summary>
    Dynptr,

    /// <summary>Room for a dynptr on the stack, which the function makes.</summary>
    NewDynptr,

    /// <summary>Memory of as many bytes as the next argument says, which the function may fill, or null.</summary>
    BufferOrNull,

    /// <summary>Bytes, known when the program is loaded.</summary>
    ConstantSize,

    /// <summary>A pointer to a structure of the kernel that is known to be there: <see cref="KfuncPrototype.Structures"/>.</summary>
    Structure,

    /// <summary>The same, which the program was given to keep and gives back here.</summary>
    ReleasedStructure,

    /// <summary>An address that the function reads through as far as it can, whatever it is.</summary>
    Address,

    /// <summary>What the kernel puts there itself; anything may be passed.</summary>
    Ignored,

    /// <summary>The number of a structure of the program's own types, known when the program is loaded.</summary>
    MadeStructure,

    /// <summary>An object that the program made and gives back here.</summary>
    Object,

    /// <summary>The same, of which every CPU has one.</summary>
    PerCpuObject,

    /// <summary>An object with a struct bpf_refcount.</summary>
    SharedObject,

    /// <summary>A struct bpf_list_head, whose lock is held.</summary>
    ListHead,

    /// <summary>A struct bpf_rb_root, whose lock is held.</summary>
    TreeRoot,

    /// <summary>The node of an object that a list gets here.</summary>
    ListNode,

    /// <summary>The node of an object that a tree gets here.</summary>
    NewTreeNode,

    /// <summary>The node of an object that may be in the tree.</summary>
    TreeNode,

    /// <summary>A function of the program that is called back.</summary>
    Function,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A struct bpf_wq in a map's value.</summary>
    WorkQueue,

    /// <summary>A struct bpf_task_work in a map's value.</summary>
    TaskWork,

    /// <summary>A struct bpf_res_spin_lock in a map's value or in an object.</summary>
    ResilientLock,

    /// <summary>Eight bytes of stack where it is kept whether interrupts were on.</summary>
    NewInterruptFlag,

    /// <summary>Those bytes, which end the section that they began.</summary>
    InterruptFlag,
}

/// <summary>What a kernel function does beside what its arguments say.</summary>
public enum KfuncEffect : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Begins an RCU read-side section; they do not nest.</summary>
    RcuLock,

    /// <summary>Ends it.</summary>
    RcuUnlock,

    /// <summary>Begins a section without preemption; they nest.</summary>
    PreemptDisable,

    /// <summary>Ends one.</summary>
    PreemptEnable,

    /// <summary>Takes a lock, or returns an error.</summary>
    TakesLock,

    /// <summary>Gives it back.</summary>
    GivesLock,

    /// <summary>Ends the program, wherever it is.</summary>
    Throws,
}

/// <summary>What a kernel function returns.</summary>
public enum KfuncReturn : byte
{
    /// <summary>Nothing: r0 must not be read.</summary>
    Void,

    /// <summary>A number.</summary>
    Integer,

    /// <summary>Memory that may be read as long as the iterator lives; null at its end.</summary>
    ElementOrNull,

    /// <summary>Memory of a dynptr that may be read, of the requested size, or null.</summary>
    SliceOrNull,

    /// <summary>The same, and it may be written.</summary>
    WritableSliceOrNull,

    /// <summary>A pointer to a structure of the kernel that has to be given back.</summary>
    AcquiredStructure,

    /// <summary>The same, or null.</summary>
    AcquiredStructureOrNull,

    /// <summary>Zero, and a negative number where it failed.</summary>
    ZeroOrError,

    /// <summary>An object of the structure that it was given the number of, or null.</summary>
    ObjectOrNull,

    /// <summary>The same, one for every CPU.</summary>
    PerCpuObjectOrNull,

    /// <summary>The object that it was given, of which the program is an owner more; null when it was none before and there is no owner any more.</summary>
    SharedObject,

    /// <summary>The node of an object that was taken out of a list or tree, or null.</summary>
    NodeOrNull,

    /// <summary>The node of an object that is in the list or tree, or null.</summary>
    ElementOfRootOrNull,
}

/// <summary>A function of the kernel that programs may call by name (kfunc).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Returns">What it returns.</param>
/// <param name="Arguments">What it takes, from r1 on.</param>
public sealed record KfuncPrototype(string Name, KfuncReturn Returns, params KfuncArgument[] Arguments)
{
    /// <summary>The version of Linux that brought it; null when it is not known.</summary>
    public Version? Since => KfuncReleases.Find(Name);

    /// <summary>What else it does.</summary>
    public KfuncEffect Effect { get; init; }

    /// <summary>The kind of iterator, as messages name it; empty when it has none.</summary>
    public string Iterator { get; init; } = "";

    /// <summary>Bytes of an element.</summary>
    public int ElementSize { get; init; }

    /// <summary>The kind of dynptr that it makes; none for one like that which it is passed.</summary>
    public DynptrKind Makes { get; init; }

    /// <summary>The names of the structures that arguments point to, by argument; empty where they point to none.</summary>
    public IReadOnlyList<string> Structures { get; init; } = [];

    /// <summary>The structure that it returns a pointer to.</summary>
    public string ReturnedStructure { get; init; } = "";

    /// <summary>Whether it takes what only the RCU section keeps, too.</summary>
    public bool TakesRcu { get; init; }

    /// <summary>Whether it may sleep, so that only what is sleepable may call it.</summary>
    public bool MaySleep { get; init; }

    /// <summary>Whether it takes no null in place of a map, a field or a function.</summary>
    public bool TakesNoNull { get; init; }

    /// <summary>Whether it may be called while a lock is held.</summary>
    public bool UnderLock { get; init; }

    /// <summary>The program types that are known to be allowed to call it; null for all.</summary>
    public IReadOnlyList<ProgramType>? ProgramTypes { get; init; }

    /// <summary>Whether it advances an iterator: a loop begins a round there.</summary>
    public bool IsNext => Returns == KfuncReturn.ElementOrNull;
}
