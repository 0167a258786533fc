using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Running;

/// <summary>Says why the kernel did not run a program on some input; bpf(2) itself gives no more than an errno.</summary>
[SupportedOSPlatform("linux")]
internal static class TestRunFailure
{
    /// <summary>ETH_HLEN.</summary>
    private const int EthernetHeader = 14;

    // ENODEV, EAFNOSUPPORT.
    private const int DeviceMissing = 19;
    private const int FamilyUnknown = 97;

    // A test run's packet lies in one page with room before and after it, of about this size; XDP packets go on in further pages.
    private const int LeastOverhead = 512;
    private static readonly int PageSize = Environment.SystemPageSize;

    /// <summary>The exception for an errno of BPF_PROG_TEST_RUN.</summary>
    public static BpfException Explain(ProgramSpec spec, TestRunShape shape, TestRunRequest request, Errno error, uint dataSizeOut)
    {
        var location = new DiagnosticLocation { File = spec.Path, Section = spec.Section, Program = spec.Name };
        return error switch
        {
            Errno.ENOTSUPP or Errno.EOPNOTSUPP => DiagnosticRules.LinuxUnsupported.Error(
                $"The kernel's BPF_PROG_TEST_RUN does not run programs of type {spec.Type}, so program '{spec.Name}' runs only where it is attached ({ErrnoText.Name(error)}).", location),
            Errno.EINVAL => Invalid(spec, shape, request, location),
            Errno.ENOMEM when request.Data.Length > PageSize => TooLong(spec, request, error, location),
            (Errno)DeviceMissing => DiagnosticRules.RunInput.Error(
                $"The context given to program '{spec.Name}' names a network interface that does not exist ({ErrnoText.Name(error)}).", location,
                "Name the index of an existing interface, or leave it zero."),
            // What runs a tracing program runs what it is attached to; of typed tracepoints and iterators there is none.
            Errno.EFAULT when spec.Type == ProgramType.Tracing => DiagnosticRules.LinuxUnsupported.Error(
                $"The kernel's BPF_PROG_TEST_RUN does not run tracing programs of attach type {spec.ExpectedAttachType}, so program '{spec.Name}' runs only where it is attached (EFAULT).", location),
            (Errno)FamilyUnknown => DiagnosticRules.RunInput.Error(
                $"The context given to program '{spec.Name}' names no address family, or one that is neither AF_INET nor AF_INET6 ({ErrnoText.Name(error)}).", location,
                "Pass a struct bpf_sk_lookup whose family is 2 or 10."),
            Errno.ENOSPC => DiagnosticRules.LinuxUnsupported.Error(
                $"Program '{spec.Name}' ran, but grew its packet from {request.Data.Length} to {dataSizeOut} bytes, more than is read back.", location),
            _ => Failure.Of(BpfCommand.ProgramTestRun, error, $"program '{spec.Name}'", location),
        };
    }

    private static BpfException Invalid(ProgramSpec spec, TestRunShape shape, TestRunRequest request, DiagnosticLocation location)
    {
        var name = $"program '{spec.Name}' (type {spec.Type})";
        var length = request.Data.Length;
        if (shape.TakesPacket && length < EthernetHeader)
        {
            return DiagnosticRules.RunInput.Error(
                $"The kernel runs {name} only on packets of at least {EthernetHeader} bytes, an Ethernet header; this one has {length} (EINVAL).", location,
                "Pass a longer packet; the managed engine takes shorter ones: leave -Kernel out.");
        }

        if (!shape.TakesPacket && length > 0)
        {
            return DiagnosticRules.RunInput.Error(
                $"The kernel refused to run {name} with EINVAL: programs of this type take no packet, and {length} bytes were given.", location);
        }

        if (shape.ContextBytes > 0 && request.Context.Length > shape.ContextBytes)
        {
            return DiagnosticRules.RunInput.Error(
                $"The kernel refused to run {name} with EINVAL: its context has {shape.ContextBytes} bytes, and {request.Context.Length} were given.", location);
        }

        if (length > PageSize - LeastOverhead) return TooLong(spec, request, Errno.EINVAL, location);
        return DiagnosticRules.RunInput.Error(
            request.Context.IsEmpty
                ? $"The kernel refused to run {name} without a context on a packet of {length} bytes with EINVAL."
                : $"The kernel refused to run {name} on a packet of {length} bytes and a context of {request.Context.Length} with EINVAL; contexts may set few fields, for __sk_buff mark, priority, ifindex, ingress_ifindex, cb, tstamp, wire_len, gso_segs, gso_size and hwtstamp, for xdp_md ingress_ifindex and rx_queue_index, data_end being the packet's length.",
            location);
    }

    private static BpfException TooLong(ProgramSpec spec, TestRunRequest request, Errno error, DiagnosticLocation location) =>
        DiagnosticRules.RunInput.Error(
            $"The kernel does not test-run program '{spec.Name}' (type {spec.Type}) on a packet of {request.Data.Length} bytes ({ErrnoText.Name(error)}): " +
            "it takes at most about one page for socket buffers, and 18 pages for XDP.", location,
            "Pass a shorter packet; or leave -Kernel out to use the managed engine.");
}
