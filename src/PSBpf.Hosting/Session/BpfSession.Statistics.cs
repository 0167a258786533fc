using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>Watches what the programs of a kernel do, from now on until the result is disposed.</summary>
    /// <exception cref="BpfException">BPF3001 to BPF3004 when the Linux kernel cannot be asked.</exception>
    public IStatisticSource OpenStatistics(BpfKernelKind kernel) => Guard(() => new StatisticMonitor(this, kernel));

    /// <summary>Shows the top on this process's terminal until the user leaves or it is cancelled.</summary>
    /// <param name="options">How it starts; its source is disposed at the end.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="BpfException">BPF4009 when the viewer is not installed, BPF4011 without a terminal.</exception>
    public static void ShowTop(TopOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using (options.Source) Adapters.Viewer.Get("The top on the terminal").Show(options, cancellation);
    }

    /// <summary>The programs that a kernel holds and that are not of this session, by the kernel's id.</summary>
    /// <exception cref="BpfException">BPF3001 to BPF3003 when the Linux kernel cannot be asked.</exception>
    public IReadOnlyList<BpfKernelProgram> FindForeignPrograms(BpfKernelKind kernel)
    {
        var asked = Kernel(kernel);
        var own = Programs.Where(program => program.Kernel == kernel).Select(program => program.KernelId).ToHashSet();
        var foreign = Guard(asked.GetPrograms).Where(status => !own.Contains(status.Id)).ToArray();
        if (foreign.Length == 0) return [];
        var links = asked.GetLinks().ToLookup(link => link.ProgramId, link => link.Target.Length > 0 ? link.Target : link.Type);
        var maps = asked.GetMaps().ToDictionary(map => map.Id, map => map.Name);
        return [.. foreign.Select(status => new BpfKernelProgram(
            status, kernel, [.. status.MapIds.Select(id => maps.GetValueOrDefault(id) is { Length: > 0 } name ? name : $"{id}")], [.. links[status.Id]]))];
    }

    /// <summary>The maps that a kernel holds and that are not of this session, by the kernel's id, without opening any.</summary>
    /// <exception cref="BpfException">BPF3001 to BPF3003 when the Linux kernel cannot be asked.</exception>
    public IReadOnlyList<BpfKernelMap> ListForeignMaps(BpfKernelKind kernel)
    {
        var asked = Kernel(kernel);
        var own = Maps.Where(map => map.Kernel == kernel).Select(map => map.KernelId).ToHashSet();
        var foreign = Guard(asked.GetMaps).Where(status => !own.Contains(status.Id)).OrderBy(status => status.Id).ToArray();
        if (foreign.Length == 0) return [];
        var users = Guard(asked.GetPrograms).SelectMany(program => program.MapIds.Select(map => (map, program.Name))).ToLookup(pair => pair.map, pair => pair.Name);
        return [.. foreign.Select(status => new BpfKernelMap(status, kernel, [.. users[status.Id].Distinct()]))];
    }

    /// <summary>The maps that a kernel holds and that are not of this session, by the kernel's id; they can be read.</summary>
    /// <param name="kernel">Which kernel.</param>
    /// <param name="wanted">Which maps to open.</param>
    /// <exception cref="BpfException">BPF3001 to BPF3003 when the Linux kernel cannot be asked.</exception>
    public IReadOnlyList<BpfMap> FindForeignMaps(BpfKernelKind kernel, Func<MapStatus, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var asked = Kernel(kernel);
        var own = Maps.Where(map => map.Kernel == kernel).Select(map => map.KernelId).ToHashSet();
        var found = new List<BpfMap>();
        foreach (var status in Guard(asked.GetMaps).Where(status => !own.Contains(status.Id) && wanted(status)))
        {
            try
            {
                found.Add(new BpfMap(this, status.Id, kernel, asked.PossibleCpus, asked.OpenMap(status.Id), null) { IsForeign = true });
            }
            catch (BpfException gone) when (gone.Id == DiagnosticRules.NameNotFound.Id)
            {
                // Went away between two looks.
            }
        }

        return found;
    }
}
