using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting.Tests;

public sealed class ProgramArrayTests : IDisposable
{
    private static readonly byte[] Arp = [.. new byte[12], 8, 6, .. new byte[46]];

    private readonly BpfSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Programs_go_in_and_out_by_name_in_the_managed_engine() => Exchange(BpfKernelKind.Managed);

    [Fact]
    public void Programs_go_in_and_out_by_name_in_the_Linux_kernel()
    {
        if (Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        Exchange(BpfKernelKind.Linux);
    }

    [Fact]
    public void A_program_of_the_other_kernel_does_not_fit()
    {
        if (Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        var here = Handlers(BpfKernelKind.Managed, out _);
        var there = Handlers(BpfKernelKind.Linux, out var other);
        var error = Assert.Throws<BpfException>(() => here.Set("OTHER", other));
        Assert.Equal("BPF4006", error.Id);
        Assert.Equal("handle_ipv4", here.Get("IPV4")!.Value);
        Assert.Equal("handle_ipv4", there.Get("IPV4")!.Value);
    }

    [Fact]
    public void Removing_the_import_leaves_nothing_behind()
    {
        using var kernel = new Runtime.ManagedKernel();
        using var session = new BpfSession(_ => kernel);
        foreach (var program in session.ImportAll(Samples.Path("dispatcher.bpf.o"))) program.Remove();
        Assert.Empty(session.Maps);
        Assert.Equal(0, kernel.MapMemoryBytes);
    }

    private BpfMap Handlers(BpfKernelKind kernel, out BpfProgram dispatch)
    {
        dispatch = _session.ImportAll(Samples.Path("dispatcher.bpf.o"), new ImportOptions { Kernel = kernel }).Single(program => program.Name == "dispatch");
        return dispatch.GetMap("handlers");
    }

    private void Exchange(BpfKernelKind kernel)
    {
        var programs = _session.ImportAll(Samples.Path("dispatcher.bpf.o"), new ImportOptions { Kernel = kernel });
        var dispatch = programs.Single(program => program.Name == "dispatch");
        var handlers = dispatch.GetMap("handlers");
        Assert.Equal(["handle_ipv4", "handle_ipv6"], handlers.Entries().Select(entry => entry.Value));
        Assert.Equal(2, handlers.EntryCount);
        Assert.Equal("XDP_PASS", dispatch.Run(Arp).Verdict);
        handlers.Set("OTHER", "handle_other");
        Assert.Equal("XDP_DROP", dispatch.Run(Arp).Verdict);
        handlers.Set("OTHER", programs.Single(program => program.Name == "handle_ipv4"));
        Assert.Equal("XDP_TX", dispatch.Run(Arp).Verdict);
        Assert.Equal("handle_ipv4", handlers.Get("OTHER")!.Value);
        Assert.True(handlers.Remove("OTHER"));
        Assert.Null(handlers.Get("OTHER"));
        Assert.Equal("XDP_PASS", dispatch.Run(Arp).Verdict);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => handlers.Set("OTHER", 1000)).Id);
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => handlers.Set("OTHER", new byte[4])).Id);
    }
}
