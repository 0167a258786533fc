using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>A kind of hook: a row of <see cref="HookKinds"/>.</summary>
internal sealed record HookKind
{
    /// <summary>What hook names begin with, e.g. <c>xdp</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is on.</summary>
    public required HookTarget Target { get; init; }

    /// <summary>What becomes of its programs' verdicts.</summary>
    public required VerdictRule Rule { get; init; }

    /// <summary>The types of programs that it takes; for cgroups the event decides.</summary>
    public ProgramType[] Types { get; init; } = [];

    /// <summary>The expected attach types that it takes; any where there are none here.</summary>
    public AttachType[] AttachTypes { get; init; } = [];

    /// <summary>The sections whose programs belong here, and which say what they are on.</summary>
    public string[] Sections { get; init; } = [];

    /// <summary>How many programs it takes; XDP takes more of those that are chained.</summary>
    public int Capacity { get; init; } = int.MaxValue;

    /// <summary>Whether the first part of the target is an interface of the engine.</summary>
    public bool IsOnInterface { get; init; }

    /// <summary>Whether what happens there is a packet or has other bytes beside the context.</summary>
    public bool HasPacket { get; init; }

    /// <summary>Whether it takes a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="parts">What the hook is on.</param>
    public bool Takes(ProgramSpec program, string[] parts)
    {
        if (Target != HookTarget.Cgroup) return Types.Contains(program.Type) && (AttachTypes.Length == 0 || AttachTypes.Contains(program.ExpectedAttachType));
        var (type, attach) = CgroupPoints.All[parts[1]];
        // Packets may be looked at on either way by the same program.
        return program.Type == type && (type is ProgramType.CgroupSkb or ProgramType.SockOps or ProgramType.CgroupDevice or ProgramType.CgroupSysctl || program.ExpectedAttachType == attach);
    }

    /// <summary>The type of the programs that it takes first of all.</summary>
    public ProgramType TypeOf(string[] parts) => Target == HookTarget.Cgroup ? CgroupPoints.All[parts[1]].Type : Types[0];
}
