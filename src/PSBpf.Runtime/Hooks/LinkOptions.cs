namespace PSBpf.Runtime.Hooks;

/// <summary>How to attach a program.</summary>
public sealed record LinkOptions
{
    /// <summary>Where there is room.</summary>
    public static LinkOptions Default { get; } = new();

    /// <summary>Whether to take the place of the program that is there; its link is detached.</summary>
    public bool Replace { get; init; }

    /// <summary>The order among programs of a hook that takes several; kept with the link.</summary>
    public int Priority { get; init; }

    /// <summary>Flags as the hook's UAPI has them, kept with the link.</summary>
    public uint Flags { get; init; }
}
