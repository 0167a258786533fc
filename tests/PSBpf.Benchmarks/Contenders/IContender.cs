using PSBpf.Benchmarks.Building;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>One column of the table: a way to run programs.</summary>
internal interface IContender : IDisposable
{
    /// <summary>The column's title.</summary>
    string Name { get; }

    /// <summary>Why it cannot run anything here; null when it can.</summary>
    string? Unavailable { get; }

    /// <summary>Makes a program ready to run, with fresh maps.</summary>
    /// <exception cref="SkippedException">This program cannot be run this way, and why.</exception>
    IPreparedProgram Prepare(BuiltWorkload workload);
}

/// <summary>A program that is ready to run.</summary>
internal interface IPreparedProgram : IDisposable
{
    /// <summary>Runs once and hands out what the run left.</summary>
    Outcome RunOnce();

    /// <summary>Runs many times.</summary>
    /// <returns>Mean nanoseconds of one run.</returns>
    double Measure(int runs);

    /// <summary>Longest time one measurement should take, and how many make a good minimum.</summary>
    SamplePlan Plan { get; }
}

/// <summary>What a run left.</summary>
/// <param name="ReturnValue">R0, 32 bits.</param>
/// <param name="Packet">The packet's bytes.</param>
internal sealed record Outcome(uint ReturnValue, byte[] Packet)
{
    public bool IsSameAs(Outcome other) => ReturnValue == other.ReturnValue && Packet.AsSpan().SequenceEqual(other.Packet);
}

/// <summary>How a contender is best measured.</summary>
/// <param name="Nanoseconds">Length of a sample.</param>
/// <param name="Samples">Samples in a round, of which the shortest counts.</param>
internal sealed record SamplePlan(double Nanoseconds, int Samples);
