using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The elements of a hash map: a slab that stays mapped for the map's whole life, so that a stale pointer can see
/// another element but never leave the map. A replaced or deleted element is used again when every run that could
/// hold a pointer to it has ended.
/// </summary>
internal sealed unsafe class ElementPool
{
    /// <summary>No element.</summary>
    public const uint None = uint.MaxValue;

    private const int MostStolen = 32;

    private readonly EpochDomain _epochs;
    private readonly byte* _slab;
    private readonly uint _stride, _capacity;
    private int _gate;
    private uint _fresh;
    private uint _free = None;
    private uint _oldestRetired = None, _newestRetired = None;
    private int _retired;
    private volatile bool _hasStolen;

    public ElementPool(EpochDomain epochs, byte* slab, uint stride, uint capacity)
    {
        _epochs = epochs;
        _slab = slab;
        _stride = stride;
        _capacity = capacity;
    }

    /// <summary>
    /// Whether an element was ever used anew while runs may have held it. From then on a reader's way through a chain may
    /// have led it astray.
    /// </summary>
    public bool HasStolen => _hasStolen;

    /// <summary>The element at an index.</summary>
    public HashElement* this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (HashElement*)(_slab + (ulong)index * _stride);
    }

    /// <summary>How many elements a map has beside its entries, for those that wait.</summary>
    /// <param name="entries">max_entries.</param>
    /// <param name="stride">Bytes of an element.</param>
    public static uint Spare(uint entries, uint stride)
    {
        // More than a quarter for small maps: moving epochs on costs a microsecond, once for as many updates as there are spare elements.
        uint least = Math.Clamp((64 << 10) / stride, 32, 256);
        return Math.Clamp(entries / 4, least, 4096);
    }

    /// <summary>
    /// Takes an element for writing; its sequence becomes odd.
    /// </summary>
    /// <returns>The index; <see cref="None"/> when all wait, see <see cref="Take"/>.</returns>
    [MethodImpl(HotCode.Optimized)]
    public uint TryTake()
    {
        SpinGate.Enter(ref _gate);
        uint index = _free;
        if (index != None) _free = this[index]->Link;
        else if (_fresh < _capacity) index = _fresh++;
        SpinGate.Exit(ref _gate);
        if (index != None) BeginWriting(index);
        return index;
    }

    /// <summary>
    /// The same, and moves epochs on when all elements wait.
    /// </summary>
    /// <param name="steal">Whether to take the one that waits longest when none can be had otherwise, as a program does, since it cannot wait for itself.</param>
    /// <returns>The index; <see cref="None"/> when all wait for runs to end.</returns>
    public uint Take(bool steal)
    {
        uint index = TryTake();
        if (index != None) return index;
        Collect(steal);
        return TryTake();
    }

    /// <summary>Gives back an element that nobody has seen.</summary>
    public void Return(uint index)
    {
        var element = this[index];
        Volatile.Write(ref element->Sequence, element->Sequence + 1);
        SpinGate.Enter(ref _gate);
        element->Link = _free;
        _free = index;
        SpinGate.Exit(ref _gate);
    }

    /// <summary>Gives back an element that was just unlinked.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Retire(uint index)
    {
        var element = this[index];
        SpinGate.Enter(ref _gate);
        element->Cookie = _epochs.Cookie;
        element->Link = None;
        if (_oldestRetired == None) _oldestRetired = index;
        else this[_newestRetired]->Link = index;
        _newestRetired = index;
        _retired++;
        SpinGate.Exit(ref _gate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BeginWriting(uint index)
    {
        var element = this[index];
        Volatile.Write(ref element->Sequence, element->Sequence + 1);
        Volatile.WriteBarrier();
        element->Used = 0;
    }

    private void Collect(bool steal)
    {
        // Moving epochs on costs a microsecond: worth it for all at once, or, where this very run holds everything up,
        // once for each time around the list. Nobody waits at the gate meanwhile.
        SpinGate.Enter(ref _gate);
        uint waiting = steal ? _oldestRetired : _newestRetired;
        long cookie = waiting == None ? 0 : this[waiting]->Cookie;
        SpinGate.Exit(ref _gate);
        if (waiting == None) return;
        _epochs.Advance(cookie);
        long passed = _epochs.Passed;
        SpinGate.Enter(ref _gate);
        while (_oldestRetired != None && this[_oldestRetired]->Cookie <= passed)
        {
            uint index = _oldestRetired;
            _oldestRetired = this[index]->Link;
            this[index]->Link = _free;
            _free = index;
            _retired--;
        }

        if (steal && _free == None && _oldestRetired != None) Steal();
        SpinGate.Exit(ref _gate);
    }

    // Frees the elements that wait longest, in their order: some at once, since looking at every run's epoch takes longer than
    // an update, but never more than half, so that what was just replaced keeps its value for a while.
    private void Steal()
    {
        uint last = _oldestRetired;
        int stolen = 1;
        for (; stolen < MostStolen && stolen * 2 < _retired; stolen++) last = this[last]->Link;
        _hasStolen = true;
        _free = _oldestRetired;
        _oldestRetired = this[last]->Link;
        this[last]->Link = None;
        _retired -= stolen;
    }
}
