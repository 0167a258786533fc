using PSBpf.Kernel;

namespace PSBpf.Hosting.Tests.Statistics;

public sealed class StatisticHistoryTests
{
    [Fact]
    public void Samples_come_back_oldest_first_and_the_oldest_go_when_it_is_full()
    {
        var history = new StatisticHistory(3);
        for (var i = 1; i <= 5; i++) history.Add(Frame(Program(7, events: i, nanoseconds: 10 * i, cpu: i / 10.0)));

        Assert.Equal([3.0, 4.0, 5.0], history.EventsPerSecond(7));
        Assert.Equal([30.0, 40.0, 50.0], history.MeanNanoseconds(7));
        Assert.Equal([0.3, 0.4, 0.5], history.CpuPercent(7));
    }

    [Fact]
    public void A_program_that_came_later_has_fewer_samples()
    {
        var history = new StatisticHistory(10);
        history.Add(Frame(Program(1, events: 5)));
        history.Add(Frame(Program(1, events: 6), Program(2, events: 9)));

        Assert.Equal([5.0, 6.0], history.EventsPerSecond(1));
        Assert.Equal([9.0], history.EventsPerSecond(2));
        Assert.Equal([1, 2], history.Programs);
    }

    [Fact]
    public void A_program_that_is_gone_has_zeros_and_is_forgotten_after_a_while()
    {
        var history = new StatisticHistory(4);
        history.Add(Frame(Program(1, events: 8)));
        history.Add(Frame());
        Assert.Equal([8.0, 0.0], history.EventsPerSecond(1));

        for (var i = 2; i < StatisticHistory.ForgetAfter; i++) history.Add(Frame());
        Assert.Equal([1], history.Programs);
        history.Add(Frame());
        Assert.Empty(history.Programs);
        Assert.Empty(history.EventsPerSecond(1));
    }

    [Fact]
    public void A_program_that_comes_back_in_time_goes_on()
    {
        var history = new StatisticHistory(4);
        history.Add(Frame(Program(1, events: 8)));
        history.Add(Frame());
        history.Add(Frame(Program(1, events: 3)));

        Assert.Equal([8.0, 0.0, 3.0], history.EventsPerSecond(1));
    }

    [Fact]
    public void Nothing_is_known_of_a_program_that_no_frame_had() => Assert.Empty(new StatisticHistory(4).CpuPercent(99));

    [Fact]
    public void A_history_without_room_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new StatisticHistory(0));

    private static StatisticFrame Frame(params BpfStatistic[] programs) => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Interval = TimeSpan.FromSeconds(1),
        Kernel = BpfKernelKind.Managed,
        Programs = programs,
        Maps = 0,
        Links = 0,
    };

    private static BpfStatistic Program(int id, double events, double nanoseconds = 0, double cpu = 0) => new()
    {
        Id = id,
        Program = "p" + id,
        Type = "xdp",
        Kernel = BpfKernelKind.Managed,
        Time = DateTimeOffset.UnixEpoch,
        Interval = TimeSpan.FromSeconds(1),
        Runs = 0,
        RunNanoseconds = 0,
        EventsPerSecond = events,
        MeanNanoseconds = nanoseconds,
        CpuPercent = cpu,
    };
}
