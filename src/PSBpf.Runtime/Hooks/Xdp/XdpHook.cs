using System.Diagnostics;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks.Xdp;

/// <summary>The XDP hook of a managed interface: one program sees every packet first.</summary>
internal sealed class XdpHook : ManagedHook
{
    private readonly uint _interface;

    public XdpHook(HookTable table, HookName name)
        : base(table, name) => _interface = table.InterfaceIndex(name.Target);

    private protected override int Capacity => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<HookResult> Fire(ReadOnlySpan<byte> packet, CancellationToken cancellation = default)
    {
        var engine = Table.Engine;
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            // Looked up inside of the run: from here on the program's maps cannot go away.
            var link = LinksToFire()[0];
            var program = link.Program;
            var run = cpu.State;
            run.Begin(program.Executable, environment, interpret: false, cancellation);
            XdpInput.Fill(run, packet, metadata: 0, _interface, queue: 0);
            run.Redirected = default;
            long start = Stopwatch.GetTimestamp();
            int result = (int)run.Execute();
            long ticks = Stopwatch.GetTimestamp() - start;
            run.CountRuns((uint)result, 1);
            Count(cpu.Id, 1, ticks);
            var shown = new HookResult
            {
                Link = link,
                Program = program,
                ReturnValue = result,
                Verdict = program.Executable.Type.VerdictOf(result),
                Data = XdpInput.Instance.ReadPacket(run),
                Context = XdpInput.Instance.ReadContext(run, []),
                Output = run.Output is { } lines ? lines : [],
                DurationNanoseconds = ticks * (1e9 / Stopwatch.Frequency),
            };
            if (XdpForwarding.Redirects(result))
            {
                var forwarded = new List<ForwardResult>();
                XdpForwarding.Forward(run, _interface, forwarded, cancellation);
                shown = shown with { Forwarded = forwarded };
            }

            // An array, which is its own list: one object less for each packet.
            return Tell(packet, new[] { shown });
        }
        finally
        {
            engine.Cpus.Exit(cpu);
        }
    }

    /// <inheritdoc/>
    public override string VerdictOf(int verdict) => ProgramTypeTable.Get(ProgramType.Xdp).VerdictOf(verdict);

    private protected override bool TryRun(RunState run, ExecutionEnvironment environment, ReadOnlySpan<byte> packet, CancellationToken cancellation, out int verdict)
    {
        verdict = 0;
        if (FirstLink is not { } link) return false;
        run.Begin(link.Program.Executable, environment, interpret: false, cancellation);
        XdpInput.Fill(run, packet, metadata: 0, _interface, queue: 0);
        run.Redirected = default;
        ulong result = run.Execute();
        run.CountRuns(result, 1);
        verdict = (int)result;
        if (XdpForwarding.Redirects(verdict)) XdpForwarding.Forward(run, _interface, null, cancellation);
        return true;
    }

    private protected override void CheckProgram(ManagedProgram program)
    {
        if (program.Spec.Type == ProgramType.Xdp)
        {
            if (program.Spec.ExpectedAttachType is not (AttachType.XdpDevmap or AttachType.XdpCpumap)) return;
            throw DiagnosticRules.HookType.Error($"Program '{program.Spec.Name}' is for the entries of a DEVMAP or CPUMAP; {Name} takes those that see packets first.");
        }

        throw DiagnosticRules.HookType.Error(
            $"Program '{program.Spec.Name}' is of type {ProgramTypeTable.Get(program.Spec.Type).Name}; {Name} takes programs of type xdp.");
    }
}
