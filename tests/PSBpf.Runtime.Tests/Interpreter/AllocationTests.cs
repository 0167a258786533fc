using PSBpf.Objects;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Interpreter;

public sealed class AllocationTests
{
    [Fact]
    public void A_warm_run_allocates_nothing()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        machine.Add(new MapSpec { Name = "hash", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 64 });
        machine.Add(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 });
        var program = machine.Load("""
            r6 = r1
            call bpf_ktime_get_ns
            r0 &= 31
            *(u32 *)(r10 -4) = r0
            *(u64 *)(r10 -16) = 5
            r1 = map[hash]
            r2 = r10
            r2 += -4
            r3 = r10
            r3 += -16
            r4 = 0
            call bpf_map_update_elem
            r1 = map[hash]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            r1 = 1
            lock *(u64 *)(r0 +0) += r1
            r1 = map[hash]
            r2 = r10
            r2 += -4
            call bpf_map_delete_elem
            r1 = map[ring]
            r2 = 8
            r3 = 0
            call bpf_ringbuf_reserve
            if r0 == 0 goto full
            r1 = r0
            r2 = 0
            call bpf_ringbuf_discard
            full:
            r1 = r6
            r2 = -8
            call bpf_xdp_adjust_tail
            r0 = 2
            exit
            """);
        byte[] packet = new byte[64];
        var engine = machine.Engine;
        long before = 0;
        for (int round = 0; round < 400; round++)
        {
            if (round == 200) before = GC.GetAllocatedBytesForCurrentThread();
            var cpu = engine.Cpus.Enter();
            var run = cpu.State;
            run.Begin(program, engine.Environment, interpret: true, CancellationToken.None);
            XdpInput.Instance.Fill(run, packet, []);
            var none = default(NoObserver);
            Assert.True(run.Interpret(ref none) == 2);
            engine.Cpus.Exit(cpu);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
