using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>How the top starts; everything can be changed by keys.</summary>
public sealed record TopOptions
{
    /// <summary>The session whose programs, maps, hooks and events its pages show.</summary>
    public required BpfSession Session { get; init; }

    /// <summary>Where figures come from; the viewer owns it and disposes it.</summary>
    public required IStatisticSource Source { get; init; }

    /// <summary>Which kernel it shows.</summary>
    public BpfKernelKind Kernel { get; init; }

    /// <summary>Time between two looks.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The column to sort by, by its property's name in <see cref="BpfStatistic"/>; null for the most events first.</summary>
    public string? SortBy { get; init; }

    /// <summary>Text that the rows shown contain; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whether colours are used; null asks the environment (NO_COLOR) and the terminal.</summary>
    public bool? Color { get; init; }
}
