using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Hooks.Xdp;

/// <summary>
/// Sends packets on that XDP programs redirected. The program of a DEVMAP's entry runs when the packet leaves by the interface, that of a CPUMAP's entry on the packet's
/// way up, and may redirect again. It runs on the virtual processor that redirected, since nobody waits for another one.
/// </summary>
internal static unsafe class XdpForwarding
{
    private const int Redirect = 4;

    // Packets could go round among CPUs for ever.
    private const int MostHops = 4;

    /// <summary>Whether a program's verdict sends its packet on.</summary>
    public static bool Redirects(int verdict) => verdict == Redirect;

    /// <summary>Sends a packet on, inside of the run of the program that redirected it.</summary>
    /// <param name="run">The run, with the packet as the program left it.</param>
    /// <param name="ingress">The interface that the packet came in by.</param>
    /// <param name="results">Gets what became of it; null when nobody asks, and nothing is allocated where no copies are needed.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    public static void Forward(RunState run, uint ingress, List<ForwardResult>? results, CancellationToken cancellation) => Forward(run, ingress, results, MostHops, cancellation);

    private static void Forward(RunState run, uint ingress, List<ForwardResult>? results, int hops, CancellationToken cancellation)
    {
        var to = run.Redirected;
        if (to.Map is not IRedirectMap map)
        {
            if (to.Target != 0) results?.Add(new ForwardResult { Target = to.Target, Data = XdpInput.Instance.ReadPacket(run) });
            return;
        }

        if ((to.Flags & RedirectTarget.Broadcast) == 0)
        {
            Send(run, map, to.Key, to.Target, ingress, results, hops, cancellation);
            return;
        }

        // Each gets a copy of its own.
        byte[] packet = XdpInput.Instance.ReadPacket(run);
        foreach (uint key in KeysOf(to.Map))
        {
            if (!map.TryGetTarget(key, out uint target) || ((to.Flags & RedirectTarget.ExcludeIngress) != 0 && target == ingress)) continue;
            run.Packet.Fill(packet);
            byte* start = run.Packet.Origin;
            run.SetPacket(start, start + packet.Length, start);
            Send(run, map, key, target, ingress, results, hops, cancellation);
        }
    }

    private static void Send(RunState run, IRedirectMap map, uint key, uint target, uint ingress, List<ForwardResult>? results, int hops, CancellationToken cancellation)
    {
        string name = ((RuntimeMap)map).Spec.Name;
        if (map.ProgramOf(key) is not { } program)
        {
            results?.Add(new ForwardResult { Map = name, Target = target, Data = XdpInput.Instance.ReadPacket(run) });
            return;
        }

        bool toCpu = map is CpumapMap;
        (nint, nint, nint) edges = ((nint)run.Data, (nint)run.DataEnd, (nint)run.DataMeta);
        run.Begin(program.Executable, run.Environment, interpret: false, cancellation);
        XdpInput.Continue(run, edges, ingress, toCpu ? 0 : target);
        run.Redirected = default;
        int result = (int)run.Execute();
        run.CountRuns((uint)result, 1);
        results?.Add(new ForwardResult
        {
            Map = name,
            Target = target,
            Program = program,
            ReturnValue = result,
            Verdict = program.Executable.Type.VerdictOf(result),
            Data = XdpInput.Instance.ReadPacket(run),
            Output = run.Output is { } lines ? lines : [],
        });

        // What leaves has left.
        if (toCpu && Redirects(result) && hops > 0) Forward(run, ingress, results, hops - 1, cancellation);
    }

    private static List<uint> KeysOf(RuntimeMap map)
    {
        var keys = new List<uint>();
        uint key = 0, next;
        for (var error = map.NextKey(null, (byte*)&next); error == Uapi.Errno.None; error = map.NextKey((byte*)&key, (byte*)&next)) keys.Add(key = next);
        return keys;
    }
}
