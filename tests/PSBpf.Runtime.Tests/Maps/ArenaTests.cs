using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

public sealed unsafe class ArenaTests : IDisposable
{
    private const uint Page = ArenaMap.PageSize;
    private const ulong Start = 0x7f12_3400_0000;

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 2 });

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void Pages_come_and_go_as_a_set_of_them_would()
    {
        const uint pages = 70;
        using var map = Make(pages, Start);
        var arena = (ArenaMap)((KernelMap)map).Storage;
        var there = new HashSet<uint>();
        var random = new Random(1);
        for (int step = 0; step < 5000; step++)
        {
            uint count = (uint)random.Next(6), page = (uint)random.Next((int)pages + 3);
            ulong address = Start + page * Page;
            switch (random.Next(4))
            {
                case 0:
                    arena.FreePages(address, count);
                    for (uint each = page; each < page + count; each++) there.Remove(each);
                    break;
                case 1:
                    bool fits = count > 0 && page + count <= pages && Enumerable.Range((int)page, (int)count).All(each => !there.Contains((uint)each));
                    Assert.Equal(fits ? address : 0, arena.AllocatePages(address, count));
                    if (fits) there.UnionWith(Enumerable.Range((int)page, (int)count).Select(each => (uint)each));
                    break;
                case 2:
                    ulong got = arena.AllocatePages(0, count);
                    if (got == 0) break;
                    for (uint each = 0; each < count; each++)
                    {
                        Assert.True(there.Add((uint)((got - Start) / Page) + each));
                        Assert.Equal(0ul, arena.Load(got + each * Page + 8, 8));
                    }

                    break;
                default:
                    ulong value = (ulong)random.NextInt64();
                    arena.Store(address + 8, 8, value);
                    Assert.Equal(there.Contains(page) ? value : 0, arena.Load(address + 8, 8));
                    Assert.Equal(there.Contains(page), arena.At(address, Page) != null);
                    Assert.Equal(there.Contains(page) && there.Contains(page + 1), arena.At(address + Page - 4, 8) != null);
                    break;
            }

            Assert.Equal(there.Count, arena.UsedPages);
        }
    }

    [Fact]
    public void A_pointer_is_found_by_its_lower_half_and_becomes_a_users_again()
    {
        using var map = Make(4, Start);
        var arena = (ArenaMap)((KernelMap)map).Storage;
        ulong page = arena.AllocatePages(0, 1);
        Assert.Equal(Start, page);
        arena.Store((uint)page + 16, 4, 77);
        Assert.Equal(77ul, arena.Load(page + 16, 4));
        Assert.Equal(page + 16, arena.ToUser((uint)page + 16));
        Assert.Equal(0ul, arena.ToUser(0));
        Assert.Equal(0ul, arena.AllocatePages(page + 1, 1));
        Assert.Equal(0ul, arena.AllocatePages(0, 5));
    }

    [Fact]
    public void A_user_reads_and_writes_as_through_mapped_memory()
    {
        using var map = Make(4, 0);
        byte[] bytes = new byte[100];
        new Random(2).NextBytes(bytes);
        Assert.Equal(Errno.None, map.WriteMemory(Page - 50, bytes));
        byte[] read = new byte[100];
        Assert.Equal(Errno.None, map.ReadMemory(Page - 50, read));
        Assert.Equal(bytes, read);
        Assert.Equal(2, ((ArenaMap)((KernelMap)map).Storage).UsedPages);
        Assert.Equal(Errno.EFAULT, map.ReadMemory(4 * Page - 50, read));
        Assert.Equal(Errno.EFAULT, map.WriteMemory(-1, read));
        using var strict = Make(4, 0, MapFlags.Mmapable | MapFlags.SegvOnFault);
        Assert.Equal(Errno.EFAULT, strict.ReadMemory(0, read));
    }

    [Fact]
    public void Arenas_that_are_none_and_those_beyond_the_memory_limit_are_refused()
    {
        foreach (var spec in (MapSpec[])[Spec(0, 0), Spec(1, 1), Spec(1, 0) with { Flags = MapFlags.None }, Spec(1, 0) with { KeySize = 4 }, Spec(1, 0) with { ValueSize = 8 }, Spec((1 << 20) + 1, 0), Spec(2, 0xffff_f000)])
            Assert.Equal("BPF2001", Assert.Throws<BpfException>(() => _kernel.CreateMap(spec)).Id);
        Assert.Equal("BPF2004", Assert.Throws<BpfException>(() => _kernel.CreateMap(Spec(1 << 20, 0))).Id);
        Assert.Equal(0, _kernel.MapMemoryBytes);
    }

    private static MapSpec Spec(uint pages, ulong start) => new() { Name = "m", Type = MapType.Arena, MaxEntries = pages, Flags = MapFlags.Mmapable, Extra = start };

    private IKernelMap Make(uint pages, ulong start, MapFlags flags = MapFlags.Mmapable) => _kernel.CreateMap(Spec(pages, start) with { Flags = flags });
}
