using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Helpers;

/// <summary>What stands for objects of the kernel.</summary>
public sealed unsafe class KernelObjectTests
{
    [Fact]
    public void Every_function_that_runs_is_one_that_is_judged() =>
        Assert.All(KfuncSet.Names, name => Assert.True(KfuncTable.IndexOf(name) >= 0, name));

    [Fact]
    public void An_address_tells_a_cgroup_and_nothing_else_does()
    {
        Assert.Equal(300, KernelObjects.CgroupAt(KernelObjects.AddressOfCgroup(300)));
        Assert.Null(KernelObjects.CgroupAt(KernelObjects.AddressOfCgroup(300) + 1));
        Assert.Null(KernelObjects.CgroupAt(KernelObjects.AddressOfInode(300)));
        Assert.Null(KernelObjects.CgroupAt(0));
    }

    [Fact]
    public void A_mask_goes_with_its_last_reference_and_its_address_never_comes_back()
    {
        var masks = new MaskTable(70);
        ulong first = masks.Create();
        masks.AddReference(first);
        Assert.False(masks.At(first).Add(69));
        Assert.True(masks.At(first).Add(69));
        Assert.False(masks.At(first).Add(70));
        masks.Release(first);
        Assert.True(masks.At(first).Contains(69));
        masks.Release(first);
        Assert.Equal(0, masks.Count);
        Assert.False(masks.At(first).Contains(69));
        Assert.NotEqual(first, masks.Create());
    }

    [Fact]
    public void A_field_holds_a_mask_until_its_value_goes()
    {
        var masks = new MaskTable(2);
        ulong* value = stackalloc ulong[2];
        (value[0], value[1]) = (0, 0);
        ulong first = masks.Create(), second = masks.Create();
        Assert.Equal(0ul, masks.Exchange((ulong)value, first));
        Assert.Equal(first, masks.Exchange((ulong)value, second));
        masks.Release(first);
        Assert.Equal(1, masks.Count);
        masks.FreeAll((ulong)(value + 1), 8);
        Assert.Equal(1, masks.Count);
        masks.FreeAll((ulong)value, 8);
        Assert.Equal(0, masks.Count);
        Assert.Equal(0ul, *value);
    }

    [Fact]
    public void There_are_only_so_many_masks()
    {
        var masks = new MaskTable(1);
        for (int made = 0; made < MaskTable.Most; made++) Assert.NotEqual(0ul, masks.Create());
        Assert.Equal(0ul, masks.Create());
    }

    [Fact]
    public void A_dynptr_says_what_it_is_of_and_narrows_down()
    {
        var dynptr = new Dynptr(DynptrKind.RingBuffer, 0x1000, Dynptr.LargestSize, isReadOnly: true);
        Assert.Equal((DynptrKind.RingBuffer, Dynptr.LargestSize, true, false), (dynptr.Kind, dynptr.Size, dynptr.IsReadOnly, dynptr.IsPacket));
        dynptr.Narrow(16, 48);
        Assert.Equal((32u, 16u, true), (dynptr.Size, dynptr.Offset, dynptr.IsReadOnly));
        Assert.True(dynptr.Holds(0, 32));
        Assert.True(dynptr.Holds(32, 0));
        Assert.False(dynptr.Holds(1, 32));
        Assert.False(dynptr.Holds(uint.MaxValue, 2));
        Assert.Equal(Dynptr.Bytes, sizeof(Dynptr));
        Assert.True(default(Dynptr).IsNull);
    }
}
