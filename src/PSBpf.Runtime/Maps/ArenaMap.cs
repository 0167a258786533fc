using System.Numerics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_ARENA: pages that programs and users share and that hold pointers to each other. A pointer is a user's address, whose lower half tells the place in the
/// arena. All access goes through this class, which looks whether the page is there: what is not reads as 0 and takes no stores, as in the kernel. Memory stays with the
/// map until no run sees it, so a page that is freed under a run is still memory.
/// </summary>
internal sealed unsafe class ArenaMap : RuntimeMap
{
    /// <summary>Bytes of a page.</summary>
    public const uint PageSize = RingBufferMap.PageSize;

    /// <summary>SZ_4G: the largest arena, since pointers have 32 bits.</summary>
    public const ulong LargestBytes = 1ul << 32;

    // Where arenas lie whose blueprint does not say: each has the lower half of an address to itself.
    private const ulong FirstStart = 0x7e00_0000_0000;

    private readonly byte* _memory;
    private readonly uint _pages;
    private readonly ulong[] _used;
    private readonly Lock _changing = new();

    public ArenaMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _pages = spec.MaxEntries;
        UserStart = spec.Extra != 0 ? spec.Extra : FirstStart + (ulong)Id * LargestBytes;
        _memory = Allocate((long)PageSize * _pages).Address;
        _used = new ulong[(_pages + 63) / 64];
    }

    /// <summary>The address that users and programs see at its start.</summary>
    public ulong UserStart { get; }

    /// <summary>Pages that are there.</summary>
    public int UsedPages
    {
        get
        {
            lock (_changing) return _used.Sum(BitOperations.PopCount);
        }
    }

    /// <summary>bpf_arena_alloc_pages: zeroed pages in a row.</summary>
    /// <param name="address">Where they are to be; 0 for anywhere.</param>
    /// <param name="count">How many.</param>
    /// <returns>The address of the first as users see it; 0 when they cannot be had.</returns>
    public ulong AllocatePages(ulong address, uint count)
    {
        if (count == 0 || count > _pages) return 0;
        lock (_changing)
        {
            uint first;
            if (address != 0)
            {
                uint offset = (uint)address - (uint)UserStart;
                first = offset / PageSize;
                if (offset % PageSize != 0 || first > _pages - count || !IsFree(first, count)) return 0;
            }
            else
            {
                for (first = 0; first <= _pages - count && !IsFree(first, count);) first++;
                if (first > _pages - count) return 0;
            }

            new Span<byte>(_memory + (nint)first * PageSize, (int)(count * PageSize)).Clear();
            for (uint page = first; page < first + count; page++) Volatile.Write(ref _used[page / 64], _used[page / 64] | 1ul << (int)(page % 64));
            return UserStart + (ulong)first * PageSize;
        }
    }

    /// <summary>bpf_arena_free_pages: those of a range that are there.</summary>
    public void FreePages(ulong address, uint count)
    {
        uint offset = (uint)address - (uint)UserStart, first = offset / PageSize;
        if (first >= _pages) return;
        lock (_changing)
        {
            for (uint page = first; page < Math.Min((ulong)first + count, _pages); page++) Volatile.Write(ref _used[page / 64], _used[page / 64] & ~(1ul << (int)(page % 64)));
        }
    }

    /// <summary>Where bytes lie that a pointer refers to; null unless all of them are on pages that are there.</summary>
    /// <param name="pointer">A user's address, or its lower half, as addr_space_cast leaves either.</param>
    /// <param name="size">Bytes.</param>
    public byte* At(ulong pointer, uint size)
    {
        uint offset = (uint)pointer - (uint)UserStart;
        ulong end = (ulong)offset + size;
        return end <= (ulong)_pages * PageSize && IsThere(offset / PageSize) && (size == 0 || IsThere((uint)((end - 1) / PageSize))) ? _memory + offset : null;
    }

    /// <summary>A load of 1, 2, 4 or 8 bytes; 0 where no page is.</summary>
    public ulong Load(ulong pointer, uint size)
    {
        byte* at = At(pointer, size);
        return at == null ? 0 : size switch { 1 => *at, 2 => *(ushort*)at, 4 => *(uint*)at, _ => *(ulong*)at };
    }

    /// <summary>A store of 1, 2, 4 or 8 bytes, which is lost where no page is.</summary>
    public void Store(ulong pointer, uint size, ulong value)
    {
        byte* at = At(pointer, size);
        if (at == null) return;
        switch (size)
        {
            case 1: *at = (byte)value; break;
            case 2: *(ushort*)at = (ushort)value; break;
            case 4: *(uint*)at = (uint)value; break;
            default: *(ulong*)at = value; break;
        }
    }

    /// <summary>The pointer that addr_space_cast makes of one in the arena for users; null stays null.</summary>
    public ulong ToUser(ulong pointer) => (uint)pointer == 0 ? 0 : (UserStart & ~(LargestBytes - 1)) | (uint)pointer;

    /// <summary>A user's look at memory, as through mmap(2): a page that is not there comes into being, unless the arena says that it is a fault.</summary>
    /// <returns>EFAULT outside of it, or on such a page.</returns>
    public Errno Access(long offset, int length, out byte* memory)
    {
        memory = null;
        if (offset < 0 || offset + length > (long)_pages * PageSize) return Errno.EFAULT;
        for (uint page = (uint)(offset / PageSize); page <= (uint)((offset + Math.Max(length, 1) - 1) / PageSize) && page < _pages; page++)
        {
            if (IsThere(page)) continue;
            if (Spec.Flags.HasFlag(MapFlags.SegvOnFault)) return Errno.EFAULT;
            AllocatePages(UserStart + (ulong)page * PageSize, 1);
        }

        memory = _memory + offset;
        return Errno.None;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.EOPNOTSUPP;

    private bool IsThere(uint page) => page < _pages && (Volatile.Read(ref _used[page / 64]) >> (int)(page % 64) & 1) != 0;

    private bool IsFree(uint first, uint count)
    {
        for (uint page = first; page < first + count; page++)
            if (IsThere(page)) return false;
        return true;
    }
}
