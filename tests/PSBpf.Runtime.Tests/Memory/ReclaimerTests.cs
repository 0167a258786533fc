using PSBpf.Objects;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Tests.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Memory;

public sealed class ReclaimerTests
{
    [Fact]
    public void What_nobody_can_see_is_freed_at_once()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 2 });
        var item = new Item();
        engine.Reclaimer.Retire(item);
        Assert.Equal(1, item.Reclaimed);
        Assert.Equal(0, engine.Reclaimer.Waiting);
    }

    [Fact]
    public void What_a_run_may_have_seen_is_freed_when_it_ends_and_not_before()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 2 });
        var item = new Item();
        using var running = new ManualResetEventSlim();
        using var finish = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            var cpu = engine.Cpus.Enter();
            running.Set();
            finish.Wait();
            engine.Cpus.Exit(cpu);
        });
        thread.Start();
        running.Wait(TestContext.Current.CancellationToken);
        engine.Reclaimer.Retire(item);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            engine.Reclaimer.Collect();
            Thread.Sleep(2);
        }

        Assert.Equal(0, item.Reclaimed);

        // A run that begins now cannot have seen it and does not hold it up.
        var later = engine.Cpus.Enter();
        finish.Set();
        thread.Join();
        Assert.True(SpinWait.SpinUntil(() => item.Reclaimed == 1, TimeSpan.FromSeconds(10)));
        engine.Cpus.Exit(later);
    }

    [Fact]
    public void A_reader_from_outside_holds_things_as_a_run_does()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 2 });
        var item = new Item();
        int slot = engine.Cpus.BeginRead();
        engine.Reclaimer.Retire(item);
        Assert.Equal(0, item.Reclaimed);
        engine.Cpus.EndRead(slot);
        engine.Reclaimer.Collect();
        Assert.Equal(1, item.Reclaimed);
    }

    [Fact]
    public void Nested_runs_stay_on_their_processor_and_end_with_the_outermost()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 4 });
        var other = new Engine(new ManagedKernelOptions { PossibleCpus = 1 });
        var item = new Item();
        var outer = engine.Cpus.Enter();
        var foreign = other.Cpus.Enter();
        var inner = engine.Cpus.Enter();
        Assert.Same(outer, inner);
        Assert.NotSame(outer.State, foreign.State);
        var innermost = inner.State;
        engine.Reclaimer.Retire(item);
        engine.Cpus.Exit(inner);
        Assert.NotSame(innermost, outer.State);
        Assert.True(engine.Cpus.IsRunning);
        Assert.True(other.Cpus.IsRunning);
        engine.Reclaimer.Collect();
        Assert.Equal(0, item.Reclaimed);
        other.Cpus.Exit(foreign);
        engine.Cpus.Exit(outer);
        Assert.False(engine.Cpus.IsRunning);
        Assert.False(other.Cpus.IsRunning);
        engine.Reclaimer.Collect();
        Assert.Equal(1, item.Reclaimed);
    }

    [Fact]
    public void More_threads_than_processors_take_turns()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 2 });
        int inside = 0;
        MapStressTests.Storm((_, _, _) =>
        {
            var cpu = engine.Cpus.Enter();
            if (Interlocked.Increment(ref inside) > 2) throw new InvalidOperationException("three runs on two processors");
            Thread.SpinWait(50);
            Interlocked.Decrement(ref inside);
            engine.Cpus.Exit(cpu);
        }, threads: 7, seconds: 0.5);
    }

    [Fact]
    public void A_thread_that_is_pinned_gets_its_processor()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 3 });
        MapStressTests.Storm((thread, _, _) =>
        {
            var cpu = engine.Cpus.Enter(pinned: thread % 3);
            if (cpu.Id != thread % 3) throw new InvalidOperationException($"{cpu.Id}");
            engine.Cpus.Exit(cpu);
        }, threads: 5, seconds: 0.3);
    }

    [Fact]
    public void Nothing_is_freed_while_a_reader_that_came_before_is_inside()
    {
        // Readers take what is published, hold it for a moment, and look whether it was freed under them.
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 4 });
        var published = new Item();
        MapStressTests.Storm((thread, random, _) =>
        {
            if (thread == 0)
            {
                var old = Interlocked.Exchange(ref published, new Item());
                engine.Reclaimer.Retire(old);
                if (random.Next(200) == 0) GC.Collect();
                return;
            }

            var cpu = engine.Cpus.Enter();
            var seen = Volatile.Read(ref published);
            Thread.SpinWait(random.Next(60));
            int freed = seen.Reclaimed;
            engine.Cpus.Exit(cpu);
            if (freed != 0) throw new InvalidOperationException("freed while in use");
        }, threads: 4);
    }

    [Fact]
    public void Maps_that_come_and_go_under_running_programs_never_fault()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        var spec = new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 32 };
        var blueprint = new ProgramSpec
        {
            Name = "p",
            Type = ProgramType.Xdp,
            Maps = [spec],
            Instructions = Isa.Assembler.Assemble("""
                *(u32 *)(r10 -4) = 1
                *(u64 *)(r10 -16) = 1
                r1 = map[m]
                r2 = r10
                r2 += -4
                r3 = r10
                r3 += -16
                r4 = 0
                call bpf_map_update_elem
                r1 = map[m]
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                if r0 == 0 goto out
                r1 = 1
                lock *(u64 *)(r0 +0) += r1
                out: r0 = 2
                exit
                """, ["m"]).Instructions,
        };
        MapStressTests.Storm((_, random, step) =>
        {
            using var map = kernel.CreateMap(spec);
            using var loaded = kernel.LoadProgram(blueprint, [map], Kernel.ProgramLoadOptions.Default).Program!;
            map.Dispose();
            for (int run = 0; run < 3; run++)
                if (loaded.TestRun(new Kernel.TestRunRequest { Data = new byte[20] }).ReturnValue != 2) throw new InvalidOperationException("wrong result");
            if (step % 64 == 0) GC.Collect();
        }, threads: 4);
        Assert.True(SpinWait.SpinUntil(() => kernel.MapMemoryBytes == 0, TimeSpan.FromSeconds(10)), $"{kernel.MapMemoryBytes} bytes leaked");
    }

    [Fact]
    public void Elements_are_reused_only_when_no_run_is_inside()
    {
        var engine = new Engine(new ManagedKernelOptions { PossibleCpus = 2 });
        var block = new NativeBlock(64 * 4);
        unsafe
        {
            var pool = new ElementPool(engine.Cpus.Epochs, block.Address, 64, 4);
            uint[] taken = [pool.Take(false), pool.Take(false), pool.Take(false), pool.Take(false)];
            Assert.Equal(4, taken.Distinct().Count());
            Assert.Equal(ElementPool.None, pool.Take(false));
            int slot = engine.Cpus.BeginRead();
            pool.Retire(taken[2]);
            pool.Retire(taken[0]);
            Assert.Equal(ElementPool.None, pool.Take(steal: false));
            Assert.Equal(taken[2], pool.Take(steal: true));
            engine.Cpus.EndRead(slot);
            Assert.Equal(taken[0], pool.Take(steal: false));
            Assert.Equal(ElementPool.None, pool.Take(steal: true));
        }

        GC.KeepAlive(block);
    }

    private sealed class Item : IReclaimable
    {
        private int _reclaimed;

        public int Reclaimed => Volatile.Read(ref _reclaimed);

        public void Reclaim() => Interlocked.Increment(ref _reclaimed);
    }
}
