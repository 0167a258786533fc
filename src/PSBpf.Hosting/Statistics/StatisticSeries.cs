namespace PSBpf.Hosting;

/// <summary>A ring of the last samples of one program: three figures each.</summary>
internal sealed class StatisticSeries(int capacity)
{
    /// <summary>Runs a second.</summary>
    public const int Events = 0;

    /// <summary>Mean nanoseconds of a run.</summary>
    public const int Nanoseconds = 1;

    /// <summary>Percent of one processor.</summary>
    public const int Cpu = 2;

    private const int Figures = 3;

    private readonly double[] _samples = new double[capacity * Figures];
    private int _next;
    private int _count;

    /// <summary>How many frames in a row were without the program.</summary>
    public int Missing { get; set; }

    public void Add(double events, double nanoseconds, double cpu)
    {
        var sample = _samples.AsSpan(_next * Figures, Figures);
        sample[Events] = events;
        sample[Nanoseconds] = nanoseconds;
        sample[Cpu] = cpu;
        _next = (_next + 1) % capacity;
        if (_count < capacity) _count++;
    }

    /// <summary>One figure of all samples, oldest first.</summary>
    public double[] Read(int figure)
    {
        var read = new double[_count];
        var oldest = (_next - _count + capacity) % capacity;
        for (var i = 0; i < read.Length; i++) read[i] = _samples[(oldest + i) % capacity * Figures + figure];
        return read;
    }
}
