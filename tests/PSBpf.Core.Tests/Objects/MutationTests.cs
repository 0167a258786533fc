using CsCheck;

namespace PSBpf.Core.Tests.Objects;

/// <summary>Objects with a few bytes changed: each is read, or refused with an id. Whatever else happens fails the test.</summary>
public sealed class MutationTests
{
    private const int Mutations = 100_000;

    /// <summary>Slower than this is a hang: the slowest takes milliseconds, but machines pause.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private static readonly uint[] Extremes = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

    [Fact]
    public void A_changed_object_is_read_or_refused_with_an_id() => Mutate(HostileBytes.Objects(), HostileBytes.TryReadObject, Mutations);

    /// <summary>Types that are read whole, and types that are opened and checked when they are asked for.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changed_types_are_read_or_refused_with_an_id(bool isLazy) =>
        Mutate(HostileBytes.Types(), isLazy ? HostileBytes.TryOpenTypes : HostileBytes.TryReadTypes, Mutations / 5);

    private static void Mutate(IReadOnlyList<(string Name, byte[] Bytes)> seeds, Func<ReadOnlyMemory<byte>, bool> tryRead, int mutationCount)
    {
        Assert.True(seeds.Count > 5);
        long read = 0, refused = 0;
        Gen<(int Seed, (int Kind, double Place, uint Value, int Length)[] Changes)> mutations =
            Gen.Select(Gen.Int[0, seeds.Count - 1], Gen.Select(Gen.Int[0, 6], Gen.Double[0, 1], Gen.UInt, Gen.Int[1, 64]).Array[1, 5]);
        mutations.Sample(
            mutation =>
            {
                byte[] bytes = Change(seeds[mutation.Seed].Bytes, mutation.Changes);
                var started = System.Diagnostics.Stopwatch.GetTimestamp();
                bool isRead = tryRead(bytes);
                Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Hang, $"{seeds[mutation.Seed].Name} takes for ever");
                if (isRead) Interlocked.Increment(ref read);
                else Interlocked.Increment(ref refused);
            },
            iter: mutationCount);

        Assert.True(read > mutationCount / 20 && refused > mutationCount / 20, $"{read} read, {refused} refused");
    }

    private static byte[] Change(byte[] good, (int Kind, double Place, uint Value, int Length)[] changes)
    {
        byte[] bytes = (byte[])good.Clone();
        foreach ((int kind, double place, uint value, int length) in changes)
        {
            int at = Math.Min((int)(place * bytes.Length), bytes.Length - 1);
            switch (kind)
            {
                case 0:
                    bytes[at] ^= (byte)(1 << (int)(value % 8));
                    break;
                case 1:
                    bytes[at] = (byte)value;
                    break;
                case 2 or 3:
                    // Most fields are words.
                    at &= ~3;
                    if (at + sizeof(uint) <= bytes.Length) BitConverter.TryWriteBytes(bytes.AsSpan(at), kind == 2 ? Extremes[value % (uint)Extremes.Length] : value % 256);
                    break;
                case 4:
                    int from = (int)(value % (uint)bytes.Length), count = Math.Min(length, bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, count).ToArray().CopyTo(bytes.AsSpan(at));
                    break;
                case 5:
                    bytes.AsSpan(at, Math.Min(length, bytes.Length - at)).Clear();
                    break;
                default:
                    if (value % 8 == 0 && at > 64) bytes = bytes[..at];
                    break;
            }
        }

        return bytes;
    }
}
