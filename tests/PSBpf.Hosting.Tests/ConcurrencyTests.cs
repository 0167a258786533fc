using System.Collections.Concurrent;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting.Tests;

/// <summary>Many threads in one session of the real engine: whatever they meet is an error with an id, and nothing stays.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Whatever_threads_do_to_each_other_s_things_the_errors_have_ids()
    {
        using var kernel = new Runtime.ManagedKernel();
        var ids = new ConcurrentDictionary<string, int>();
        using (var session = new BpfSession(_ => kernel))
        {
            var packet = new byte[60];
            Action<Random>[] actions =
            [
                _ => session.Import(Samples.Path("packet_counter.bpf.o")),
                _ => session.Import(Samples.Path("reflector.bpf.o"), new ImportOptions { Attach = "xdp:eth0" }),
                random => Pick(session.Programs, random)?.Run(packet),
                random => Pick(session.Programs, random)?.Remove(force: true),
                random => Pick(session.Programs, random)?.Variables.Count.ToString(),
                random => Pick(session.Links, random)?.Remove(),
                random => _ = Pick(session.Maps, random)?.EntryCount,
                random => _ = Pick(session.Maps, random)?.Entries().Count(),
                random => Pick(session.Maps, random)?.Set(random.Next(8), Array.Empty<byte>()),
                random => Pick(session.Maps, random)?.Remove(random.Next(8)),
                random =>
                {
                    using var reader = Pick([.. session.Maps.Where(map => map.Name == "events")], random)?.OpenReader();
                    while (reader?.TryRead(out _, TimeSpan.FromMilliseconds(1)) == true)
                    {
                    }
                },
                _ => session.Fire("xdp:eth0", packet),
                random => { if (Pick(session.Programs, random) is { } program) session.Attach(program, $"xdp:eth{random.Next(3)}"); },
                _ => session.GetHooks(),
                random => session.GetProgram(random.Next(2) == 0 ? "packet_counter" : "reflector"),
            ];

            var until = DateTime.UtcNow.AddSeconds(3);
            var threads = Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
            {
                var random = new Random(seed);
                while (DateTime.UtcNow < until)
                {
                    try
                    {
                        actions[random.Next(actions.Length)](random);
                        if (session.Programs.Count > 20) Pick(session.Programs, random)?.Remove(force: true);
                    }
                    catch (BpfException exception)
                    {
                        ids.AddOrUpdate(exception.Id, 1, (_, count) => count + 1);
                    }
                }
            }));
            await Task.WhenAll(threads);
        }

        // The races did happen, and took every kind of thing away under somebody's hands.
        Assert.Contains("BPF4002", ids.Keys);
        Assert.Contains("BPF2203", ids.Keys);
        Assert.Empty(kernel.Hooks.SelectMany(hook => hook.Links));
        Assert.Equal(0, kernel.MapMemoryBytes);
    }

    [Fact]
    public async Task A_session_that_is_closed_under_its_users_says_so()
    {
        for (var round = 0; round < 20; round++)
        {
            var session = new BpfSession();
            var users = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                while (true)
                {
                    try
                    {
                        session.Import(Samples.Path("reflector.bpf.o")).Run(new byte[60]);
                    }
                    catch (BpfException exception)
                    {
                        // Removed programs go first, then the session is closed.
                        if (exception.Id == "BPF4005") return;
                        Assert.Equal("BPF2105", exception.Id);
                    }
                }
            })).ToArray();
            await Task.Delay(20, TestContext.Current.CancellationToken);
            session.Dispose();
            await Task.WhenAll(users);
        }
    }

    [Fact]
    public void Closing_the_session_of_the_process_empties_it_and_it_lives_on()
    {
        BpfSession.Default.Import(Samples.Path("reflector.bpf.o"), new ImportOptions { Attach = "xdp:eth0" });
        BpfSession.Default.Dispose();
        Assert.Empty(BpfSession.Default.Programs);
        Assert.Empty(BpfSession.Default.GetHooks());
        BpfSession.Default.Import(Samples.Path("reflector.bpf.o")).Remove();
    }

    private static T? Pick<T>(IReadOnlyList<T> items, Random random)
        where T : class => items.Count == 0 ? null : items[random.Next(items.Count)];
}
