using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>Ring-buffer samples that the run holds: memory it owns until it gives them back.</summary>
internal sealed unsafe partial class RunState
{
    private Reservation[] _reserved = new Reservation[8];
    private int _reservations;

    /// <summary>Notes a sample.</summary>
    public void AddReservation(ulong address, uint length, RingBufferMap ring)
    {
        if (_reservations == _reserved.Length) Array.Resize(ref _reserved, _reservations * 2);
        _reserved[_reservations++] = new Reservation(address, length, ring);
    }

    /// <summary>Forgets a sample.</summary>
    /// <returns>Its ring; null when the address is no sample of this run.</returns>
    public RingBufferMap? TakeReservation(ulong address)
    {
        int index = FindReservation(address);
        if (index < 0) return null;
        var ring = _reserved[index].Ring;
        _reserved[index] = _reserved[--_reservations];
        _reserved[_reservations] = default;
        return ring;
    }

    private int FindReservation(ulong address)
    {
        for (int index = 0; index < _reservations; index++)
            if (_reserved[index].Address == address) return index;
        return -1;
    }

    // Only a run that was stopped leaves any: verified programs give every sample back.
    private void DiscardReservations()
    {
        while (_reservations > 0)
        {
            var (address, _, ring) = _reserved[--_reservations];
            ring.Commit(address, 0, discard: true);
            _reserved[_reservations] = default;
        }
    }

    private readonly record struct Reservation(ulong Address, uint Length, RingBufferMap Ring);
}
