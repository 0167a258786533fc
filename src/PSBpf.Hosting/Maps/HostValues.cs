namespace PSBpf.Hosting;

/// <summary>Values that come from a host which wraps them in objects of its own, as PowerShell does.</summary>
public static class HostValues
{
    /// <summary>Makes dictionaries, arrays, numbers, text and bytes of what the host hands over; by default it is that already. Set once, by the host.</summary>
    public static Func<object?, object?> Unwrap { get; set; } = value => value;
}
