using System.Numerics;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_cpumask_*: masks of the engine's processors. Where none is found, the answer is the number of processors.</summary>
internal static class MaskHelpers
{
    public static ulong Create(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Engine.Masks.Create();

    public static ulong Acquire(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        run.Engine.Masks.AddReference(mask);
        return mask;
    }

    public static ulong Release(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        run.Engine.Masks.Release(mask);
        return 0;
    }

    public static ulong First(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        var one = At(run, mask);
        return Find(run, one, one, static (left, _) => left);
    }

    public static ulong FirstZero(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        var one = At(run, mask);
        return Find(run, one, one, static (left, _) => ~left);
    }

    public static ulong FirstCommon(RunState run, ulong mask, ulong other, ulong r3, ulong r4, ulong r5) =>
        Find(run, At(run, mask), At(run, other), static (left, right) => left & right);

    public static ulong IsEmpty(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5) => At(run, mask).Weight == 0 ? 1u : 0;

    public static ulong IsFull(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5) => At(run, mask).Weight == run.Engine.Cpus.Count ? 1u : 0;

    public static ulong Weight(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)At(run, mask).Weight;

    public static ulong AreEqual(RunState run, ulong mask, ulong other, ulong r3, ulong r4, ulong r5) => At(run, mask).Words.SequenceEqual(At(run, other).Words) ? 1u : 0;

    public static ulong Intersect(RunState run, ulong mask, ulong other, ulong r3, ulong r4, ulong r5) =>
        FirstCommon(run, mask, other, r3, r4, r5) < (ulong)run.Engine.Cpus.Count ? 1u : 0;

    public static ulong IsSubset(RunState run, ulong mask, ulong other, ulong r3, ulong r4, ulong r5) =>
        Find(run, At(run, mask), At(run, other), static (left, right) => left & ~right) == (ulong)run.Engine.Cpus.Count ? 1u : 0;

    /// <summary>bpf_cpumask_set_cpu and bpf_cpumask_test_and_set_cpu: whether it was in before.</summary>
    public static ulong Add(RunState run, ulong processor, ulong mask, ulong r3, ulong r4, ulong r5) => At(run, mask).Add((uint)processor) ? 1u : 0;

    /// <summary>bpf_cpumask_clear_cpu and bpf_cpumask_test_and_clear_cpu: whether it was in before.</summary>
    public static ulong Remove(RunState run, ulong processor, ulong mask, ulong r3, ulong r4, ulong r5) => At(run, mask).Remove((uint)processor) ? 1u : 0;

    public static ulong Contains(RunState run, ulong processor, ulong mask, ulong r3, ulong r4, ulong r5) => At(run, mask).Contains((uint)processor) ? 1u : 0;

    public static ulong Fill(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5) => Combine(run, mask, mask, mask, static (_, _) => ulong.MaxValue);

    public static ulong Clear(RunState run, ulong mask, ulong r2, ulong r3, ulong r4, ulong r5) => Combine(run, mask, mask, mask, static (_, _) => 0);

    /// <summary>bpf_cpumask_and: whether any is in both.</summary>
    public static ulong And(RunState run, ulong target, ulong mask, ulong other, ulong r4, ulong r5) => Combine(run, target, mask, other, static (left, right) => left & right);

    public static ulong Or(RunState run, ulong target, ulong mask, ulong other, ulong r4, ulong r5) => Combine(run, target, mask, other, static (left, right) => left | right);

    public static ulong Xor(RunState run, ulong target, ulong mask, ulong other, ulong r4, ulong r5) => Combine(run, target, mask, other, static (left, right) => left ^ right);

    public static ulong Copy(RunState run, ulong target, ulong mask, ulong r3, ulong r4, ulong r5) => Combine(run, target, mask, mask, static (left, _) => left);

    private static CpuMask At(RunState run, ulong address) => run.Engine.Masks.At(address);

    private static ulong Find(RunState run, CpuMask mask, CpuMask other, Func<ulong, ulong, ulong> combine)
    {
        for (int index = 0; index < mask.Words.Length; index++)
        {
            ulong word = combine(mask.Words[index], other.Words[index]) & mask.Possible(index);
            if (word != 0) return (ulong)(index * 64 + BitOperations.TrailingZeroCount(word));
        }

        return (ulong)run.Engine.Cpus.Count;
    }

    private static ulong Combine(RunState run, ulong target, ulong mask, ulong other, Func<ulong, ulong, ulong> combine)
    {
        CpuMask result = At(run, target), left = At(run, mask), right = At(run, other);
        ulong any = 0;
        for (int index = 0; index < result.Words.Length; index++) any |= result.Words[index] = combine(left.Words[index], right.Words[index]) & result.Possible(index);
        return any != 0 ? 1u : 0;
    }
}
