using Embedding;

namespace PSBpf.Hosting.Tests;

public sealed class EmbeddingSampleTests
{
    [Fact]
    public void The_sample_reports_what_an_independent_count_found()
    {
        using var output = new StringWriter();
        CaptureReport.Write(Samples.Path("packet_counter.bpf.o"), Samples.Path("mixed.pcap"), output);
        var lines = output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("packet_counter: ", lines[0], StringComparison.Ordinal);
        // Figures of scripts/samples/count-capture.ps1, which reads the capture without any BPF.
        Assert.Equal(["XDP_DROP 89", "XDP_PASS 325"], lines[1..3]);
        Assert.Contains("PROTO_ARP 19 packets 1122 bytes", lines);
        Assert.Contains("PROTO_IPV4_TCP 122 packets 17797 bytes", lines);
        Assert.Equal(3, lines.Count(line => line.StartsWith("events @{sequence=", StringComparison.Ordinal)));
        Assert.Equal("lost 0", lines[^1]);
    }

    [Theory]
    [InlineData("broken_bounds.bpf.o", 1)]
    [InlineData("nothing.bpf.o", 1)]
    [InlineData("packet_counter.bpf.o", 0)]
    public void The_sample_ends_with_a_code_that_says_how_it_went(string file, int code)
    {
        Assert.Equal(code, CaptureReport.Main([Samples.Path(file), Samples.Path("few-le-us.pcap")]));
    }
}
