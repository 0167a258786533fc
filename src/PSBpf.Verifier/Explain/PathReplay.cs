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
    private readonly IPathObserver? _other;

    private PathReplay(IPathObserver? other) => _other = other;

    /// <summary>Replays the path on which an exploration stopped.</summary>
    /// <param name="spec">The program.</param>
    /// <param name="maps">Its maps.</param>
    /// <param name="setting">What its type and target say.</param>
    /// <param name="code">Its instructions.</param>
    /// <param name="flow">Its shape.</param>
    /// <param name="explored">The exploration.</param>
    /// <param name="other">Who watches as well; null for nobody.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Trail Run(
        ProgramSpec spec, IReadOnlyList<MapSpec> maps, ProgramSetting setting, DecodedInstruction[] code, ControlFlow flow, Explorer explored, IPathObserver? other, CancellationToken cancellation)
    {
        var decisions = new Stack<PathStep>();
        for (var step = explored.Path; step is not null; step = step.Previous) decisions.Push(step);
        var replay = new PathReplay(other);
        new Explorer(spec, maps, setting, code, flow, explored.PathLength + 1, explored.Processors, replay, decisions, explored.Start).Run(cancellation);
        return new Trail(spec, replay._steps);
    }

    public void Begin(int from, int to, PathState state) => _other?.Begin(from, to, state);

    public void Wrote(int frame, int from, int end) => _other?.Wrote(frame, from, end);

    public void Before(int pc, PathState state)
    {
        _other?.Before(pc, state);
        if (_steps.Count >= MaxSteps) _steps.RemoveRange(0, MaxSteps / 2);
        _steps.Add(new TrailStep(pc, state.Depth, (RegState[])state.Current.Registers.Clone()));
    }
}

/// <summary>One instruction of a path, and the registers before it.</summary>
/// <param name="Pc">Its slot.</param>
/// <param name="Depth">Its call frame.</param>
/// <param name="Registers">The frame's registers before it takes effect.</param>
internal sealed record TrailStep(int Pc, int Depth, RegState[] Registers);
