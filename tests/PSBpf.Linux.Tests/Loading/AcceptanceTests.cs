using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Loading;

public sealed class AcceptanceTests : KernelTest
{
    private const string Loop = """
        r0 = 0
        r1 = 0
        again:
        r1 += 1
        if r1 < 100 goto again
        *(u64 *)(r10 -8) = r1
        exit
        """;

    [Fact]
    [SupportedOSPlatform("linux")]
    public void An_accepted_program_comes_with_its_figures()
    {
        var result = Load(ProgramType.Xdp, Loop);
        var report = result.Verification;
        Assert.True(report.Accepted);
        Assert.True(report.Runnable);
        Assert.Equal(BpfKernelKind.Linux, report.Kernel);
        Assert.Equal("p", report.Name);
        Assert.Equal(204, report.ProcessedInstructions);
        Assert.Equal(8, report.StackDepth);
        Assert.True(report.Duration > TimeSpan.Zero);
        Assert.Equal("", report.Log);
        Assert.Equal("", report.Message);
        Assert.Equal("", report.RuleId);
        Assert.Null(report.At);

        var program = Assert.IsType<LinuxProgram>(result.Program, exactMatch: true);
        Assert.True(program.Id > 0);
        Assert.Equal(6, program.TranslatedInstructions);
        Assert.Same(report, program.Verification);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_log_goes_to_its_writer_when_there_is_one()
    {
        using var writer = new StringWriter();
        var report = Load(Spec(ProgramType.Xdp, Loop, []), new ProgramLoadOptions { VerifyOnly = true, LogLevel = 2, LogWriter = writer }).Verification;
        Assert.True(report.Accepted);
        Assert.Equal("", report.Log);
        Assert.Contains("processed 204 insns", writer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_log_comes_when_it_is_asked_for(int level)
    {
        var report = Load(Spec(ProgramType.Xdp, Loop), new ProgramLoadOptions { LogLevel = level }).Verification;
        Assert.True(report.Accepted);
        Assert.Contains("processed 204 insns", report.Log, StringComparison.Ordinal);
        if (level == 2) Assert.Contains("(07) r1 += 1", report.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_logs_arrive_whole()
    {
        var text = "r0 = 0\nr1 = 0\nagain:\n" + string.Concat(Enumerable.Repeat("r1 += 1\n", 40)) + "if r1 < 20000 goto again\nexit";
        var report = Load(Spec(ProgramType.Xdp, text), new ProgramLoadOptions { LogLevel = 2 }).Verification;
        Assert.True(report.Accepted, report.Message);
        Assert.True(report.Log.Length > 1024 * 1024, $"{report.Log.Length} characters");
        Assert.Contains("\n0: (b7) r0 = 0", report.Log, StringComparison.Ordinal);
        Assert.Contains("processed ", report.Log[^500..], StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_only_keeps_nothing()
    {
        var result = Load(Spec(ProgramType.Xdp, Loop), new ProgramLoadOptions { VerifyOnly = true });
        Assert.True(result.Verification.Accepted);
        Assert.Null(result.Program);
    }

    [Fact]
    public void The_stack_of_a_call_chain_is_added_up()
    {
        var report = Accept(ProgramType.SocketFilter, """
            *(u64 *)(r10 -16) = 0
            call one
            call two
            r0 = 0
            exit
            one: *(u64 *)(r10 -32) = 0
            call two
            r0 = 0
            exit
            two: *(u64 *)(r10 -8) = 0
            r0 = 0
            exit
            """).Verification;
        Assert.Equal(16 + 32 + 8, report.StackDepth);
    }

    [Theory]
    [InlineData(ProgramType.SocketFilter)]
    [InlineData(ProgramType.Kprobe)]
    [InlineData(ProgramType.SchedCls)]
    [InlineData(ProgramType.Tracepoint)]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.PerfEvent)]
    [InlineData(ProgramType.RawTracepoint)]
    [InlineData(ProgramType.CgroupSock, AttachType.CgroupInetSockCreate)]
    [InlineData(ProgramType.SkLookup, AttachType.SkLookup)]
    public void Every_common_type_loads(ProgramType type, AttachType attach = 0)
    {
        var spec = Spec(type, "r0 = 1\nexit") with { ExpectedAttachType = attach };
        Assert.True(Load(spec, ProgramLoadOptions.Default).Verification.Accepted);
    }

    [Fact]
    public void A_cancelled_load_does_not_start()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            Kernel.LoadProgram(Spec(ProgramType.Xdp, Loop), [], ProgramLoadOptions.Default, cancelled.Token));
    }
}
