using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>What Set-BpfEnvironment's parameters say of the world, and -Environment's keys, which are the same.</summary>
internal static class EnvironmentChanges
{
    // Devices before the routes that name them, the task before its cgroup.
    private static readonly (string Name, Func<BpfEnvironment, object?, BpfSession, BpfEnvironment> Apply)[] Rows =
    [
        ("Clock", static (world, value, _) => world with { Clock = Read<long?>(value) }),
        ("ClockStep", static (world, value, _) => world with { ClockStep = Read<long>(value) }),
        ("Seed", static (world, value, _) => world with { Seed = Read<ulong?>(value) }),
        ("Cpu", static (world, value, _) => world with { Cpu = Read<int?>(value) }),
        ("Task", static (world, value, _) => world with { Task = WorldText.Task(Values.FromPowerShell(value)) }),
        ("Cgroup", static (world, value, _) => world with { Task = WorldText.WithCgroup(world.Task, Read<ulong[]>(value)) }),
        ("Device", static (world, value, _) => world with { Device = Read<object[]>(value).Select(item => WorldText.Device(Values.FromPowerShell(item))).ToArray() }),
        ("Route", static (world, value, session) => world with { Route = Read<object[]>(value).Select(item => WorldText.Route(Values.FromPowerShell(item), world.Device, session)).ToArray() }),
        ("Socket", static (world, value, _) => WorldText.WithSockets(world, value is null ? [] : Read<object[]>(value).Select(Values.FromPowerShell))),
        ("Memory", static (world, value, _) => world with { Memory = Read<object[]>(value).Select(item => WorldText.Memory(Values.FromPowerShell(item))).ToArray() }),
        ("KernelStack", static (world, value, _) => world with { KernelStack = Read<ulong[]?>(value) }),
        ("UserStack", static (world, value, _) => world with { UserStack = Read<ulong[]?>(value) }),
        ("Cookie", static (world, value, _) => world with { Cookie = Read<ulong>(value) }),
    ];

    /// <summary>Whether a name is one of the things that can be said.</summary>
    public static bool Has(string name) => Array.Exists(Rows, row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A world with some things changed.</summary>
    /// <param name="world">The world before.</param>
    /// <param name="given">What is said of it, by name.</param>
    /// <param name="session">Who knows the interfaces.</param>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static BpfEnvironment Apply(BpfEnvironment world, IDictionary given, BpfSession session)
    {
        var names = given.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => key, StringComparer.OrdinalIgnoreCase);
        if (names.Keys.FirstOrDefault(name => !Has(name)) is { } unknown)
            throw DiagnosticRules.EnvironmentValue.Error($"An environment has no '{unknown}'.", action: $"It has {string.Join(", ", Rows.Select(row => row.Name))}.");
        foreach (var (name, apply) in Rows)
        {
            if (!names.TryGetValue(name, out object? key)) continue;
            try
            {
                world = apply(world, given[key], session);
            }
            catch (PSInvalidCastException exception)
            {
                throw DiagnosticRules.EnvironmentValue.Error($"{name} of the environment: {exception.Message}");
            }
        }

        return world;
    }

    private static T Read<T>(object? value) => value is null ? default! : LanguagePrimitives.ConvertTo<T>(value);
}
