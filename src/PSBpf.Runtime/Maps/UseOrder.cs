using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// Which element of an LRU map goes first when the map is full: the order in which they came, with a second chance for those that a
/// program looked up since they were last considered. A lookup only sets a mark, as in the kernel; users' lookups set none.
/// </summary>
/// <param name="elements">The elements.</param>
internal sealed unsafe class UseOrder(ElementPool elements)
{
    // Passing over marked elements ends somewhere, even when all are: then the oldest of them goes.
    private const int MostChances = 256;

    private int _gate;
    private uint _newest = ElementPool.None, _oldest = ElementPool.None;

    /// <summary>Adds an element as the newest.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Add(uint index)
    {
        SpinGate.Enter(ref _gate);
        Append(index);
        SpinGate.Exit(ref _gate);
    }

    /// <summary>Removes an element, unless <see cref="TryTakeVictim"/> did.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Remove(uint index)
    {
        SpinGate.Enter(ref _gate);
        if (elements[index]->Link == HashElement.InOrder) Unlink(index);
        SpinGate.Exit(ref _gate);
    }

    /// <summary>Removes the element that goes first.</summary>
    /// <param name="index">The element; it may be unlinked and used anew by others from now on.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="sequence">Its sequence, which tells whether it was.</param>
    /// <returns>False when there is none.</returns>
    [MethodImpl(HotCode.Optimized)]
    public bool TryTakeVictim(out uint index, out uint hash, out uint sequence)
    {
        SpinGate.Enter(ref _gate);
        index = _oldest;
        for (int chances = 0; index != ElementPool.None && elements[index]->Used != 0 && chances < MostChances; chances++)
        {
            elements[index]->Used = 0;
            Unlink(index);
            Append(index);
            index = _oldest;
        }

        hash = sequence = 0;
        if (index != ElementPool.None)
        {
            hash = elements[index]->Hash;
            sequence = elements[index]->Sequence;
            Unlink(index);
        }

        SpinGate.Exit(ref _gate);
        return index != ElementPool.None;
    }

    private void Append(uint index)
    {
        var element = elements[index];
        element->Link = HashElement.InOrder;
        element->Newer = ElementPool.None;
        element->Older = _newest;
        if (_newest != ElementPool.None) elements[_newest]->Newer = index;
        else _oldest = index;
        _newest = index;
    }

    private void Unlink(uint index)
    {
        var element = elements[index];
        uint newer = element->Newer, older = element->Older;
        if (newer != ElementPool.None) elements[newer]->Older = older;
        else _newest = older;
        if (older != ElementPool.None) elements[older]->Newer = newer;
        else _oldest = newer;
        element->Link = ElementPool.None;
    }
}
