namespace PSBpf.ModuleTests;

public sealed class ViewTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("Get-BpfProgram", "Id Name Type Section Insns State Maps Kernel", "1 packet_counter xdp xdp 385 Attached protocols, verdicts, ev… Managed")]
    [InlineData("Get-BpfMap protocols", "Id Name Type Key Value Entries Bytes Kernel", "1 protocols hash enum protocol struct counter 11/16")]
    [InlineData("Get-BpfMap verdicts", "Id Name Type Key Value Entries Bytes Kernel", "2 verdicts percpu_array __u32 __u64 5/5")]
    [InlineData("Get-BpfMap events", "Id Name Type Key Value Entries Bytes Kernel", "3 events ringbuf struct drop_event 65536 B")]
    [InlineData("Get-BpfLink", "Id Program Hook State Kernel", "1 packet_counter xdp:eth0 Attached Managed")]
    [InlineData("Get-BpfHook", "Name Links Events Mean ns", "xdp:eth0 packet_counter 414")]
    [InlineData("Get-BpfMapEntry protocols -Key PROTO_ARP", "Key Value", "PROTO_ARP @{packets=19; bytes=1122}")]
    [InlineData("Watch-BpfRingBuffer events -Count 1", "Time Cpu Source Dropped Data", "events 0 @{sequence=1; reason=DROP_BLOCKED_PORT; protocol=")]
    [InlineData("Invoke-BpfProgram packet_counter -Packet @{ arp = @{} }", "Number Program Hook Verdict Bytes ns Output", "1 packet_counter XDP_PASS 42")]
    public void A_view_has_its_columns(string script, string headers, string row)
    {
        _shell.Get("Use-BpfSession { }; Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0; Invoke-BpfHook xdp:eth0 -Path ./mixed.pcap");
        // Ids count up over the whole process, whose session earlier tests have used.
        _shell.Get("Get-BpfProgram | Remove-BpfProgram -Force");
        var shown = Words(_shell.Show($$"""
            Use-BpfSession {
                Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0 | Out-Null
                Invoke-BpfHook xdp:eth0 -Path ./mixed.pcap | Out-Null
                {{script}}
            }
            """));
        Assert.Contains(headers, shown, StringComparison.Ordinal);
        Assert.Contains(row, shown, StringComparison.Ordinal);
    }

    [Fact]
    public void An_accepted_program_is_one_quiet_line()
    {
        var line = _shell.Show("Test-BpfProgram ./packet_counter.bpf.o").Trim();
        Assert.Matches(@"^packet_counter  accepted  [0-9.]+ ms, [0-9]+ instructions processed, 80 bytes of stack$", line);
    }

    [Fact]
    public void A_refusal_is_explained_once_with_the_source_line_marked()
    {
        var lines = _shell.Show("Test-BpfProgram ./broken_bounds.bpf.o").Split('\n');
        Assert.Contains("broken_bounds  REFUSED  packet-bounds (BPF1207)", lines);
        var text = string.Join('\n', lines);
        var order = new[] { "  reason   ", "  at       ", "  how      ", "  fix      ", "  kernel   ", "  more     " };
        Assert.Equal(order, order.OrderBy(label => text.IndexOf(label, StringComparison.Ordinal)));
        Assert.All(order, label => Assert.Single(lines, line => line.StartsWith(label, StringComparison.Ordinal)));
        var source = Array.FindIndex(lines, line => line.Contains("address = ip->daddr;", StringComparison.Ordinal) && line.Contains(" |   ", StringComparison.Ordinal));
        Assert.True(source > 0);
        Assert.Equal(lines[source].IndexOf("daddr", StringComparison.Ordinal), lines[source + 1].IndexOf("^~~~~", StringComparison.Ordinal));
        Assert.Contains("invalid access to packet", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_shows_as_an_explanation_also_behind_a_table()
    {
        var text = _shell.Show("& { Import-BpfProgram ./packet_counter.bpf.o; Test-BpfProgram ./broken_bounds.bpf.o }");
        Assert.Contains("broken_bounds  REFUSED", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_clean_in_JSON()
    {
        _shell.Get("Import-BpfProgram ./packet_counter.bpf.o | Invoke-BpfProgram -Packet @{ tcp = @{ dport = 23 } }");
        Assert.Equal(
            """{"Map":"protocols","Key":"PROTO_IPV4_TCP","Value":{"packets":1,"bytes":54}}""",
            _shell.Get("Get-BpfMapEntry protocols | Select-Object Map, Key, Value | ConvertTo-Json -Compress")[0].ToString());
        Assert.Equal(
            """{"sequence":1,"reason":"DROP_BLOCKED_PORT","protocol":"PROTO_IPV4_TCP","length":54,"ethertype":2048,"port":23}""",
            _shell.Get("Watch-BpfRingBuffer events -Count 1 | ForEach-Object Data | ConvertTo-Json -Compress")[0].ToString());
        var program = _shell.Get("Get-BpfProgram | ConvertTo-Json -Compress")[0].ToString();
        Assert.Contains(""""Maps":["protocols","verdicts","events"],"Links":[]"""", program, StringComparison.Ordinal);
        Assert.Contains("""
            "blocked_port":23
            """.Trim(), program, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_names_the_file_as_the_user_would_and_says_what_to_do()
    {
        var (_, errors) = _shell.Run("Import-BpfProgram ./broken_bounds.bpf.o");
        var error = Assert.Single(errors);
        Assert.StartsWith($".{Path.DirectorySeparatorChar}broken_bounds.bpf.o: Program 'broken_bounds' is refused by packet-bounds (BPF1207)", error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Before this access: ", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        _shell.Run("Import-BpfProgram ./broken_bounds.bpf.o | Out-Default; $error[0] | Out-Host");
        Assert.Contains("\n  id  BPF4003     do  Before this access", _shell.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _shell.Screen, StringComparison.Ordinal);

        var missing = Assert.Single(_shell.Run("Import-BpfProgram ./nothing.o").Errors);
        Assert.Equal($"There is no file '.{Path.DirectorySeparatorChar}nothing.o'.", missing.ToString());
        var elsewhere = Assert.Single(_shell.Run("Import-BpfProgram ../nothing.o").Errors);
        Assert.Contains(Repository.Path("scripts", "nothing.o"), elsewhere.ToString(), StringComparison.Ordinal);
    }

    private static string Words(string text) => string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
