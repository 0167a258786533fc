using System.Reflection.Emit;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Jit;

/// <summary>Code and maps go when nobody can run or see them any more, and not before.</summary>
public sealed class LifetimeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Programs_are_replaced_and_removed_while_others_run_them()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4, Jit = new JitOptions { Timing = JitTiming.Eager } });
        var name = HookName.Parse("xdp:lifetime");
        using var first = Load(kernel, 1);
        using var link = kernel.Attach(first, name);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        long fired = 0, wrong = 0;
        var threads = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            byte[] packet = new byte[60];
            var hook = kernel.GetHook(name);
            while (!stop.IsCancellationRequested)
            {
                int verdict = hook.Fire(packet, CancellationToken.None)[0].ReturnValue;
                if (verdict is < 1 or > 3) Interlocked.Increment(ref wrong);
                Interlocked.Increment(ref fired);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        var junk = new List<Delegate>();
        for (int round = 0; round < 60 || (Volatile.Read(ref fired) < 1000 && round < 2000); round++)
        {
            using var next = Load(kernel, round % 3 + 1);
            link.Replace(next);

            // What was freed is used again by other code at once, and moved over by the collector.
            for (int each = 0; each < 8; each++) junk.Add(Junk(round));
            if (round % 4 == 0) junk.Clear();
            GC.Collect(round % 3, GCCollectionMode.Forced, blocking: true);
        }

        stop.Cancel();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(0, wrong);
        Assert.True(fired >= 1000, $"fired {fired} times");
    }

    [Fact]
    public void Removed_programs_leave_neither_code_nor_maps_behind()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2, Jit = new JitOptions { Timing = JitTiming.Eager } });
        var gone = new List<WeakReference>();
        for (int round = 0; round < 20; round++) gone.Add(RunAndRemove(kernel));
        for (int attempt = 0; attempt < 50 && (gone.Any(code => code.IsAlive) || kernel.MapMemoryBytes > 0); attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }

        Assert.Equal(0, kernel.MapMemoryBytes);
        Assert.True(gone.Count(code => code.IsAlive) <= 1, "the code of removed programs is still there");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference RunAndRemove(ManagedKernel kernel)
    {
        using var program = Load(kernel, 2);
        Assert.True(program.IsCompiled);
        Assert.Equal(2u, program.TestRun(new TestRunRequest { Data = new byte[60] }, Cancellation).ReturnValue);
        return new WeakReference(program.Executable.Compiled);
    }

    private static ManagedProgram Load(ManagedKernel kernel, int verdict)
    {
        var spec = new MapSpec { Name = "counts", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 8 };
        using var map = kernel.CreateMap(spec);
        var code = Isa.Assembler.Assemble($$"""
            *(u32 *)(r10 -4) = 1
            *(u64 *)(r10 -16) = {{verdict}}
            r1 = map[counts]
            r2 = r10
            r2 += -4
            r3 = r10
            r3 += -16
            r4 = 0
            call bpf_map_update_elem
            r1 = map[counts]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto none
            r0 = *(u64 *)(r0 +0)
            if r0 > 3 goto none
            exit
            none:
            r0 = 0
            exit
            """, ["counts"]).Instructions;
        var loaded = kernel.LoadProgram(new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = code, Maps = [spec] }, [map], ProgramLoadOptions.Default, Cancellation);
        Assert.True(loaded.Program is not null, loaded.Verification.Message);
        return (ManagedProgram)loaded.Program;
    }

    private static Func<int> Junk(int value)
    {
        var method = new DynamicMethod("junk", typeof(int), [], typeof(object).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        for (int index = 0; index < 50; index++)
        {
            il.Emit(OpCodes.Ldc_I4, value + index);
            il.Emit(OpCodes.Pop);
        }

        il.Emit(OpCodes.Ldc_I4, -1);
        il.Emit(OpCodes.Ret);
        var call = method.CreateDelegate<Func<int>>();
        call();
        return call;
    }
}
