using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The elements of a hash map: a slab that stays mapped for the map's whole life, so that a stale pointer can see
/// another element but never leave the map. A replaced or deleted element is used again when every run that could
/// hold a pointer to it has ended.
/// </summary>
internal sealed unsafe class ElementPool(EpochDomain epochs, byte* slab, uint stride, uint capacity)
{
    /// <summary>No element.</summary>
    public const uint None = uint.MaxValue;

    private readonly Lock _lock = new();
    private uint _fresh;
    private uint _free = None;
    private uint _oldestRetired = None, _newestRetired = None;

    /// <summary>Elements that the slab holds: more than the map's entries, for those that wait.</summary>
    public uint Capacity => capacity;

    /// <summary>
    /// Whether an element was ever used anew while runs may have held it. From then on a reader's way through a chain may
    /// have led it astray.
    /// </summary>
    public bool HasStolen { get; private set; }

    /// <summary>The element at an index.</summary>
    public HashElement* this[uint index] => (HashElement*)(slab + (ulong)index * stride);

    /// <summary>
    /// Takes an element for writing; its sequence becomes odd.
    /// </summary>
    /// <param name="steal">Whether to take the element that waits longest when all others wait too, as a program does, since it cannot wait for itself.</param>
    /// <returns>The index; <see cref="None"/> when all wait for runs to end.</returns>
    public uint Take(bool steal)
    {
        lock (_lock)
        {
            if (_free == None && _fresh == capacity) Collect(steal);
            uint index = _free;
            if (index != None) _free = this[index]->Link;
            else if (_fresh < capacity) index = _fresh++;
            else return None;
            Volatile.Write(ref this[index]->Sequence, this[index]->Sequence + 1);
            return index;
        }
    }

    /// <summary>Gives back an element that nobody has seen.</summary>
    public void Return(uint index)
    {
        lock (_lock)
        {
            var element = this[index];
            Volatile.Write(ref element->Sequence, element->Sequence + 1);
            element->Link = _free;
            _free = index;
        }
    }

    /// <summary>Gives back an element that was just unlinked.</summary>
    public void Retire(uint index)
    {
        lock (_lock)
        {
            var element = this[index];
            element->Cookie = epochs.Cookie;
            element->Link = None;
            if (_oldestRetired == None) _oldestRetired = index;
            else this[_newestRetired]->Link = index;
            _newestRetired = index;
        }
    }

    private void Collect(bool steal)
    {
        if (_oldestRetired == None) return;

        // Moving epochs on costs a microsecond: worth it for all at once, or, where this very run holds everything up,
        // once for each time around the list.
        epochs.Advance(this[steal ? _oldestRetired : _newestRetired]->Cookie);
        long passed = epochs.Passed;
        while (_oldestRetired != None && (this[_oldestRetired]->Cookie <= passed || (steal && _free == None)))
        {
            uint index = _oldestRetired;
            if (this[index]->Cookie > passed) HasStolen = true;
            _oldestRetired = this[index]->Link;
            this[index]->Link = _free;
            _free = index;
        }
    }
}
