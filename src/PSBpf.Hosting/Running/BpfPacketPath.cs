using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

/// <summary>The way of a packet through a managed interface.</summary>
public sealed record BpfPacketPath
{
    /// <summary>The packet's number in its capture or pipeline, from 1.</summary>
    public long Number { get; init; } = 1;

    /// <summary>The interface that it came in or went out by first.</summary>
    public required string Interface { get; init; }

    /// <summary>What became of it.</summary>
    public required PacketOutcome Outcome { get; init; }

    /// <summary>The hook with the last word, e.g. <c>tc:eth0:ingress</c>; empty where no program saw it.</summary>
    public required string LastHook { get; init; }

    /// <summary>The interface that it left by; null when it did not leave.</summary>
    public string? LeftBy { get; init; }

    /// <summary>What each program did with it, in order.</summary>
    public required IReadOnlyList<BpfRunResult> Stages { get; init; }

    /// <summary>Its bytes at the end.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>When it was captured; null when it comes from no capture.</summary>
    public DateTimeOffset? Time { get; init; }

    internal static BpfPacketPath From(string device, PathResult result) => new()
    {
        Interface = device,
        Outcome = result.Outcome,
        LastHook = result.Stages.Count > 0 ? result.Stages[^1].Hook.ToString() : "",
        LeftBy = result.Device,
        Stages = [.. result.Stages.SelectMany(stage => stage.Results.Select(each => BpfRunResult.From(stage.Hook, each)))],
        Data = result.Data,
    };
}
