using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>A program and what it is run on.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Type">Its program type.</param>
/// <param name="Source">Where its code comes from.</param>
/// <param name="Packet">The input of every run.</param>
internal sealed record Workload(string Name, ProgramType Type, IWorkloadSource Source, byte[] Packet)
{
    /// <summary>Runs in one measurement at most: what its ring buffer takes without a reader.</summary>
    public int MostRuns { get; init; } = int.MaxValue;

    /// <summary>Whether it does nothing: its time is what a run costs, and is subtracted from that of the others.</summary>
    public bool IsEmpty { get; init; }
}
