namespace PSBpf.Runtime.Hooks;

/// <summary>Whether a link holds.</summary>
public enum LinkState
{
    /// <summary>The program runs when the hook fires.</summary>
    Attached,

    /// <summary>It was detached or replaced.</summary>
    Detached,
}
