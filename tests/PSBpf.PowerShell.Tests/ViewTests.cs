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
    public void A_source_shows_how_far_it_is_and_what_became_of_its_packets()
    {
        var shown = Words(_shell.Show("""
            Use-BpfSession {
                Start-BpfSource ./few-le-us.pcap xdp:eth1 -WarningAction Ignore | Wait-BpfSource | Out-Null
                Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0 | Out-Null
                Start-BpfSource ./mixed.pcap xdp:eth0 -Loop -Count 4140 | Wait-BpfSource | Out-Null
                Get-BpfSource
            }
            """));
        Assert.Contains("Id Name Hook State Packets Per s Done Verdicts", shown, StringComparison.Ordinal);
        Assert.Matches(@"1 few-le-us xdp:eth1 Finished 8 [0-9,.]+ 100% unseen=8 2 mixed xdp:eth0 Finished 4,140 [0-9,.]+ 100% XDP_PASS=3,250 XDP_DROP=890$", shown);
    }

    [Fact]
    public void A_listing_shows_lines_of_c_and_below_them_slots_bytes_and_instructions()
    {
        var lines = _shell.Show("Get-BpfInstruction -Path ./port_firewall.bpf.o").Split('\n');
        Assert.Equal("port_firewall:", lines[0]);
        Assert.Matches(@"^; port_firewall\.bpf\.c:[0-9]+  void \*data_end = ", lines[1]);
        Assert.Equal("     0:  61 17 04 00 00 00 00 00  r7 = *(u32 *)(r1 +4)", lines[2]);
        Assert.DoesNotContain(lines, line => line.Contains(".c:0", StringComparison.Ordinal));
        // A 64-bit immediate has its second half on a line of its own.
        var map = Array.FindIndex(lines, line => line.EndsWith("r1 = map[counts]", StringComparison.Ordinal));
        Assert.Equal("         00 00 00 00 00 00 00 00", lines[map + 1]);
    }

    [Fact]
    public void A_listing_shows_hits_and_machine_code_when_asked_for()
    {
        var text = _shell.Show("& { Set-BpfOption -Jit Debug; $p = New-BpfProgram xdp 'r0 = 2', 'exit'; Get-BpfInstruction $p -Packet 'aa', 'bb'; Get-BpfInstruction $p -Native }");
        Assert.Contains("     0:        2×  b7 00 00 00 02 00 00 00  r0 = 2", text, StringComparison.Ordinal);
        Assert.Matches(@"\n {10}\+0 {4}[0-9a-f]+ +\S", text);
    }

    [Fact]
    public void A_trace_reads_as_a_story()
    {
        _shell.Get("Import-BpfProgram ./port_firewall.bpf.o");
        var text = _shell.Show("Invoke-BpfProgram port_firewall -Packet @{ ipv4 = @{} }, @{ tcp = @{ dport = 22 } } -Trace");
        var lines = text.Split('\n');
        Assert.Matches(@"^port_firewall\.bpf\.c:[0-9]+  void \*data_end = \(void \*\)\(long\)ctx->data_end;$", lines[0]);
        Assert.Equal("     0  r7 = *(u32 *)(r1 +4)                ctx.data_end · r7 = packet+54", lines[1]);
        Assert.Contains("bpf_map_lookup_elem(map offenders, fp-12: c0 00 02 01) = null", text, StringComparison.Ordinal);
        Assert.Contains("→ XDP_DROP", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void A_trace_keeps_to_the_width_of_the_screen(int width)
    {
        _shell.Get("Import-BpfProgram ./port_firewall.bpf.o");
        var lines = _shell.Get($$"""
            Invoke-BpfProgram port_firewall -Packet @{ ipv4 = @{} }, @{ tcp = @{ dport = 22 } } -Trace |
                Where-Object { -not $_.Helper } | ForEach-Object { [PSBpf.PowerShell.TraceText]::Render($_, $false, {{width}}) }
            """).SelectMany(text => text.ToString().ReplaceLineEndings("\n").Split('\n'));
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void A_measurement_is_one_line_for_each_mode()
    {
        var shown = Words(_shell.Show("Import-BpfProgram ./reflector.bpf.o | Measure-BpfProgram -Packet @{ arp = @{} } -Rounds 2 -Runs 5"));
        Assert.Contains("Program Mode Min ns Median P95 Dev Ratio", shown, StringComparison.Ordinal);
        Assert.Matches(@"reflector Interpreter [0-9.,]+ [0-9.,]+ [0-9.,]+ [0-9.,]+ 1\.00 × Interpreter reflector Jit ", shown);
    }

    [Fact]
    public void Options_say_what_their_numbers_are()
    {
        var shown = Words(_shell.Show("Set-BpfOption -Clock 5000 -ClockStep 10; Get-BpfOption"));
        Assert.Contains("InstructionBudget : 4,294,967,296 instructions a run", shown, StringComparison.Ordinal);
        Assert.Contains("Clock : 5,000 ns, 10 more with each reading Seed : random Cpu : any", shown, StringComparison.Ordinal);
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
        Assert.StartsWith("Write before line 31: ", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        _shell.Run("Import-BpfProgram ./broken_bounds.bpf.o | Out-Default; $error[0] | Out-Host");
        Assert.Contains("\n  id  BPF4003     do  Write before line 31: ", _shell.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _shell.Screen, StringComparison.Ordinal);

        var missing = Assert.Single(_shell.Run("Import-BpfProgram ./nothing.o").Errors);
        Assert.Equal($"There is no file '.{Path.DirectorySeparatorChar}nothing.o'.", missing.ToString());
        var elsewhere = Assert.Single(_shell.Run("Import-BpfProgram ../nothing.o").Errors);
        Assert.Contains(Repository.Path("scripts", "nothing.o"), elsewhere.ToString(), StringComparison.Ordinal);
    }

    private static string Words(string text) => string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
