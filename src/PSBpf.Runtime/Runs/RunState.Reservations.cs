using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>Ring-buffer samples that the run holds: memory it owns until it gives them back.</summary>
internal sealed unsafe partial class RunState
{
    // Nearly all programs hold one sample at a time: it has a place of its own. Its ring stays there when it is given back, as the next
    // one will be from the same.
    private ulong _held;
    private uint _heldLength;
    private RingBufferMap? _heldRing;
    private Reservation[] _reserved = [];
    private int _reservations;

    /// <summary>Notes a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddReservation(ulong address, uint length, RingBufferMap ring)
    {
        if (_held != 0)
        {
            AddAnother(address, length, ring);
            return;
        }

        _held = address;
        _heldLength = length;
        if (_heldRing != ring) _heldRing = ring;
    }

    /// <summary>Forgets a sample, so that accesses to it are faults.</summary>
    /// <returns>Its ring; null when the address is no sample of this run.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RingBufferMap? TakeReservation(ulong address)
    {
        if (address != _held || address == 0) return TakeAnother(address);
        _held = 0;
        if (Frame->ValueBase == address) Frame->ValueLength = Frame->ValueWritable = 0;
        return _heldRing;
    }

    private bool HoldsSamples => _held != 0 || _reservations > 0 || _drained.Count > 0;

    private bool IsReserved(ulong address) => address != 0 && (address == _held || IndexOfAnother(address) >= 0);

    private bool OwnsSample(ulong address, uint size)
    {
        if (_held != 0 && Contains(_held, _heldLength, address, size))
        {
            // The next access is probably to the same: as with map values.
            Frame->ValueBase = _held;
            Frame->ValueLength = Frame->ValueWritable = _heldLength;
            return true;
        }

        for (int index = 0; index < _reservations; index++)
            if (Contains(_reserved[index].Address, _reserved[index].Length, address, size)) return true;
        return false;
    }

    private void AddAnother(ulong address, uint length, RingBufferMap ring)
    {
        if (_reservations == _reserved.Length) Array.Resize(ref _reserved, Math.Max(_reservations * 2, 8));
        _reserved[_reservations++] = new Reservation(address, length, ring);
    }

    private RingBufferMap? TakeAnother(ulong address)
    {
        int index = IndexOfAnother(address);
        if (index < 0) return null;
        var ring = _reserved[index].Ring;
        _reserved[index] = _reserved[--_reservations];
        _reserved[_reservations] = default;
        return ring;
    }

    private int IndexOfAnother(ulong address)
    {
        for (int index = 0; index < _reservations; index++)
            if (_reserved[index].Address == address) return index;
        return -1;
    }

    // Only a run that was stopped leaves any: verified programs give every sample back.
    private void DiscardReservations()
    {
        GiveRecordsBack();
        if (_held is var held and not 0) TakeReservation(held)!.Commit(held, 0, discard: true);
        while (_reservations > 0)
        {
            var (address, _, ring) = _reserved[--_reservations];
            ring.Commit(address, 0, discard: true);
            _reserved[_reservations] = default;
        }
    }

    private readonly record struct Reservation(ulong Address, uint Length, RingBufferMap Ring);
}
