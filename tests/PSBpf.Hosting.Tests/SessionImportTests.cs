using PSBpf.Diagnostics;
using PSBpf.Hosting.Tests.Fakes;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class SessionImportTests : IDisposable
{
    private readonly FakeKernel _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void An_import_brings_programs_and_maps_with_ids_of_the_session()
    {
        using var session = Open();
        var programs = session.TryImport(Object(["first", "second"])).Programs;
        Assert.Equal([("first", 1), ("second", 2)], programs.Select(program => (program.Name, program.Id)));
        Assert.Equal(["stats", "blocked"], session.Maps.Select(map => map.Name));
        Assert.Equal([1, 2], session.Maps.Select(map => map.Id));
        Assert.All(programs, program => Assert.Equal(["stats", "blocked"], program.Maps));
        Assert.All(programs, program => Assert.Equal(ProgramState.Verified, program.State));
    }

    [Fact]
    public void A_refused_program_takes_the_whole_object_with_it()
    {
        using var session = Open();
        _kernel.Refuses = program => program.Name != "good";
        var result = session.TryImport(Object(["bad", "good", "worse"]));
        Assert.Empty(result.Programs);
        Assert.Equal(["bad", "worse"], result.Refusals.Select(refusal => refusal.Verification.Name));
        Assert.All(result.Refusals, refusal => Assert.Equal("BPF4003", refusal.Diagnostic.Id));
        Assert.Empty(session.Programs);
        Assert.Empty(session.Maps);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void A_program_that_cannot_run_here_is_an_error_of_its_own()
    {
        using var session = Open();
        _kernel.Runs = _ => false;
        var refusal = Assert.Single(session.TryImport(Object(["lunar"])).Refusals);
        Assert.Equal("BPF2103", refusal.Diagnostic.Id);
        Assert.Contains("bpf_moon_phase", refusal.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void A_refusal_says_which_rule_and_why()
    {
        using var session = Open();
        _kernel.Refuses = _ => true;
        var diagnostic = Assert.Single(session.TryImport(Object(["firewall"])).Refusals).Diagnostic;
        Assert.Equal("Program 'firewall' is refused by packet-bounds (BPF1207): 4 bytes are read where 0 are known to be.", diagnostic.Message);
    }

    [Fact]
    public void Verifying_keeps_nothing()
    {
        using var session = Open();
        _kernel.Refuses = program => program.Name == "bad";
        var reports = session.Verify(Object(["good", "bad"]));
        Assert.Equal([("good", true), ("bad", false)], reports.Select(report => (report.Name, report.Accepted)));
        Assert.Empty(session.Programs);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void A_cancelled_import_keeps_nothing()
    {
        using var session = Open();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => session.TryImport(Object(["program"]), null, cancelled.Token));
        Assert.Empty(session.Programs);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void Programs_are_chosen_by_name_and_only_their_maps_are_made()
    {
        using var session = Open();
        var spec = Object(["count_in", "count_out", "other"]);
        spec = spec with { Programs = [.. spec.Programs.Select(program => program.Name == "other" ? program : program with { Maps = [spec.Maps[0]] })] };
        var programs = session.TryImport(spec, new ImportOptions { Name = ["count_*"] }).Programs;
        Assert.Equal(["count_in", "count_out"], programs.Select(program => program.Name));
        Assert.Equal(["stats"], session.Maps.Select(map => map.Name));
        var error = Assert.Throws<BpfException>(() => session.TryImport(spec, new ImportOptions { Name = ["count_up"] }));
        Assert.Equal("BPF0308", error.Id);
        Assert.Contains("count_in, count_out, other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_of_the_session_can_stand_in_and_outlives_its_first_object()
    {
        using var session = Open();
        var first = session.TryImport(Object(["first"])).Programs[0];
        var stats = first.GetMap("stats");
        var second = session.TryImport(Object(["second"]), new ImportOptions { Maps = new Dictionary<string, BpfMap> { ["stats"] = stats } }).Programs[0];
        Assert.Same(stats, second.GetMap("stats"));
        first.Remove();
        Assert.Equal(["stats", "blocked"], session.Maps.Select(map => map.Name));
        Assert.False(stats.IsRemoved);
        second.Remove();
        Assert.True(stats.IsRemoved);
        Assert.Empty(session.Maps);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void A_map_that_does_not_fit_cannot_stand_in()
    {
        using var session = Open();
        var map = session.TryImport(Object(["first"])).Programs[0].GetMap("blocked");
        var options = new ImportOptions { Maps = new Dictionary<string, BpfMap> { ["stats"] = map } };
        var alive = _kernel.Alive.Count;
        Assert.Equal("BPF2012", Assert.Throws<BpfException>(() => session.TryImport(Object(["second"]), options)).Id);
        Assert.Equal(alive, _kernel.Alive.Count);
    }

    [Fact]
    public void The_last_program_of_an_object_takes_its_maps_along()
    {
        using var session = Open();
        var programs = session.TryImport(Object(["first", "second"])).Programs;
        programs[0].Remove();
        Assert.Equal(2, session.Maps.Count);
        Assert.Equal(ProgramState.Removed, programs[0].State);
        Assert.Equal("BPF2105", Assert.Throws<BpfException>(() => programs[0].Run(new byte[64])).Id);
        programs[1].Remove();
        Assert.Empty(session.Maps);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void Names_and_ids_resolve_and_a_name_with_two_meanings_is_an_error_that_names_the_ids()
    {
        using var session = Open();
        session.TryImport(Object(["twin"]));
        session.TryImport(Object(["twin"]));
        session.TryImport(Object(["single"]));
        Assert.Equal(3, session.GetProgram("single").Id);
        Assert.Equal("single", session.GetProgram("3").Name);
        Assert.Equal("single", session.GetProgram(3).Name);
        var ambiguous = Assert.Throws<BpfException>(() => session.GetProgram("twin"));
        Assert.Equal("BPF4002", ambiguous.Id);
        Assert.Contains("ids 1, 2", ambiguous.Message, StringComparison.Ordinal);
        Assert.Contains("ids 1, 3, 5", Assert.Throws<BpfException>(() => session.GetMap("stats")).Message, StringComparison.Ordinal);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => session.GetProgram("nobody")).Id);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => session.GetProgram(99)).Id);
        Assert.Equal(2, session.FindPrograms("tw?n").Count);
    }

    [Fact]
    public void A_closed_session_leaves_nothing_behind_and_says_that_it_is_closed()
    {
        var session = Open();
        var program = session.TryImport(Object(["first", "second"])).Programs[0];
        session.Dispose();
        session.Dispose();
        Assert.Empty(_kernel.Alive);
        Assert.True(_kernel.IsDisposed);
        Assert.Equal(ProgramState.Removed, program.State);
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(() => session.TryImport(Object(["third"]))).Id);
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(() => session.GetProgram("first")).Id);
    }

    [Fact]
    public async Task Threads_that_import_and_remove_at_once_leave_the_session_as_it_was()
    {
        using var session = Open();
        var keep = session.TryImport(Object(["keep"])).Programs[0];
        var alive = _kernel.Alive.Count;
        var ids = new System.Collections.Concurrent.ConcurrentBag<int>();
        await Parallel.ForAsync(0, 400, TestContext.Current.CancellationToken, (number, cancellation) =>
        {
            var program = session.TryImport(Object([$"worker{number}"]), null, cancellation).Programs[0];
            ids.Add(program.Id);
            Assert.Same(program, session.GetProgram($"worker{number}"));
            program.GetMap("stats").Set(1, 2);
            program.Remove();
            return ValueTask.CompletedTask;
        });
        Assert.Equal(400, ids.Distinct().Count());
        Assert.Equal([keep], session.Programs);
        Assert.Equal(alive, _kernel.Alive.Count);
    }

    [Fact]
    public void A_run_gives_the_verdict_by_name()
    {
        using var session = Open();
        var program = session.TryImport(Object(["firewall"])).Programs[0];
        _kernel.Result = request => request.Data.Length < 20 ? 1u : uint.MaxValue;
        Assert.Equal("XDP_DROP", program.Run(new byte[14]).Verdict);
        var odd = program.Run(new byte[64]);
        Assert.Equal((-1, "-1"), (odd.ReturnValue, odd.Verdict));
    }

    private BpfSession Open() => new(_ => _kernel);

    private static ObjectSpec Object(string[] programs)
    {
        MapSpec[] maps =
        [
            new() { Name = "stats", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 16 },
            new() { Name = "blocked", Type = MapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 4 },
        ];
        return new()
        {
            License = "GPL",
            Maps = maps,
            Programs = [.. programs.Select(name => new ProgramSpec { Name = name, Section = "xdp", Type = ProgramType.Xdp, Instructions = [new Instruction(0x95, 0, 0, 0, 0)], Maps = maps })],
        };
    }
}
