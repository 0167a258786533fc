using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>
/// Walks one path again by its decisions and keeps what each instruction did, so that exploring itself need not. Long
/// paths keep their end.
/// </summary>
internal sealed class PathReplay : IPathObserver
{
    private const int MaxSteps = 1 << 16;

    private readonly List<TrailStep> _steps = [];

    /// <summary>Replays the path on which an exploration stopped.</summary>
    public static Trail Run(
        ProgramSpec spec, IReadOnlyList<MapSpec> maps, DecodedInstruction[] code, ControlFlow flow, Explorer explored, CancellationToken cancellation)
    {
        var decisions = new Stack<PathStep>();
        for (var step = explored.Path; step is not null; step = step.Previous) decisions.Push(step);
        var replay = new PathReplay();
        new Explorer(spec, maps, code, flow, explored.PathLength + 1, replay, decisions).Run(cancellation);
        return new Trail(spec, replay._steps);
    }

    public void Before(int pc, PathState state)
    {
        if (_steps.Count >= MaxSteps) _steps.RemoveRange(0, MaxSteps / 2);
        _steps.Add(new TrailStep(pc, state.Depth, (RegState[])state.Current.Registers.Clone()));
    }
}

/// <summary>One instruction of a path, and the registers before it.</summary>
/// <param name="Pc">Its slot.</param>
/// <param name="Depth">Its call frame.</param>
/// <param name="Registers">The frame's registers before it takes effect.</param>
internal sealed record TrailStep(int Pc, int Depth, RegState[] Registers);
