using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Runtime.Environment;

namespace PSBpf.Hosting;

/// <summary>Tasks, devices, routes and memory as scripts write them: tables of a few fields, whose names stand here and nowhere else.</summary>
public static class WorldText
{
    private const int HardwareAddress = 6;

    /// <summary>A task; what is left out is this process's.</summary>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static TaskIdentity? Task(object? value)
    {
        if (value is null or TaskIdentity) return (TaskIdentity?)value;
        var fields = new Fields("task", value, "Pid", "Tgid", "Uid", "Gid", "Comm", "Cgroup", "Ancestors", "ClassId", "Address");
        var own = TaskIdentity.Current;
        int pid = (int?)fields.Number("Pid") ?? own.ProcessId;
        return own with
        {
            ProcessId = pid,
            ThreadGroupId = (int?)fields.Number("Tgid") ?? (fields.Has("Pid") ? pid : own.ThreadGroupId),
            UserId = (uint?)fields.Number("Uid") ?? own.UserId,
            GroupId = (uint?)fields.Number("Gid") ?? own.GroupId,
            Command = fields.Text("Comm") ?? own.Command,
            CgroupId = (ulong?)fields.Number("Cgroup") ?? own.CgroupId,
            CgroupAncestors = fields.Numbers("Ancestors") ?? own.CgroupAncestors,
            CgroupClassId = (uint?)fields.Number("ClassId") ?? own.CgroupClassId,
            Address = fields.Number("Address") is { } address ? (ulong)address : own.Address,
        };
    }

    /// <summary>A task in another cgroup.</summary>
    /// <param name="task">The task; null for this process.</param>
    /// <param name="path">The ids from the root's down to its own; none for the root.</param>
    public static TaskIdentity WithCgroup(TaskIdentity? task, IReadOnlyList<ulong> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (task ?? TaskIdentity.Current) with { CgroupId = path.Count == 0 ? 1 : path[^1], CgroupAncestors = [.. path.SkipLast(1)] };
    }

    /// <summary>An interface.</summary>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static NetworkDevice Device(object? value)
    {
        if (value is NetworkDevice device) return device;
        var fields = new Fields("device", value, "Name", "Index", "Mtu", "Mac");
        return new NetworkDevice(fields.Text("Name") ?? throw fields.Missing("Name"), (uint?)fields.Number("Index") ?? throw fields.Missing("Index"), (int?)fields.Number("Mtu") ?? 1500)
        {
            Address = fields.Hardware("Mac") ?? new byte[HardwareAddress],
        };
    }

    /// <summary>A route.</summary>
    /// <param name="value">Its fields; the device is a name or an index.</param>
    /// <param name="devices">The devices that are set.</param>
    /// <param name="session">Whose devices other names are.</param>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static Route Route(object? value, IReadOnlyList<NetworkDevice> devices, BpfSession session)
    {
        ArgumentNullException.ThrowIfNull(devices);
        ArgumentNullException.ThrowIfNull(session);
        if (value is Route route) return route;
        var fields = new Fields("route", value, "Destination", "Device", "Gateway", "Mac", "Metric", "Kind");
        var kind = RouteKind.Unicast;
        if (fields.Text("Kind") is { } name && !Enum.TryParse(name, ignoreCase: true, out kind)) throw fields.Wrong("Kind", string.Join(", ", Enum.GetNames<RouteKind>()));
        string destination = fields.Text("Destination") ?? throw fields.Missing("Destination");
        if (destination == "default") destination = "0.0.0.0/0";
        if (!destination.Contains('/', StringComparison.Ordinal)) destination += destination.Contains(':', StringComparison.Ordinal) ? "/128" : "/32";
        if (!IPNetwork.TryParse(destination, out var network)) throw fields.Wrong("Destination", "a prefix such as 10.0.0.0/8");
        IPAddress? gateway = null;
        if (fields.Text("Gateway") is { } hop && !IPAddress.TryParse(hop, out gateway)) throw fields.Wrong("Gateway", "an address");
        uint device = kind != RouteKind.Unicast && !fields.Has("Device") ? 0
            : (uint?)fields.Number("Device") ?? IndexOf(fields.Text("Device") ?? throw fields.Missing("Device"));
        return new Route(network, device) { Gateway = gateway, NextHop = fields.Hardware("Mac"), Metric = (uint?)fields.Number("Metric") ?? 0, Kind = kind };

        uint IndexOf(string interfaceName) => devices.FirstOrDefault(known => known.Name == interfaceName)?.Index ?? session.DeviceIndex(interfaceName);
    }

    /// <summary>A socket.</summary>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static SocketIdentity? Socket(object? value)
    {
        if (value is null or SocketIdentity) return (SocketIdentity?)value;
        var fields = new Fields("socket", value, "Cookie", "Uid", "Protocol", "Local", "Remote", "State", "ReusePort", "Mark", "Priority", "Device", "Queue");
        var protocol = fields.Named<SocketProtocol>("Protocol");
        var remote = fields.End("Remote");
        return new SocketIdentity((ulong?)fields.Number("Cookie") ?? 1, (uint?)fields.Number("Uid") ?? 0)
        {
            Protocol = protocol ?? SocketProtocol.None,
            Local = fields.End("Local"),
            Remote = remote,
            State = fields.Named<SocketState>("State") ?? (remote is not null ? SocketState.Established : protocol == SocketProtocol.Tcp ? SocketState.Listen : SocketState.Closed),
            ReusesPort = fields["ReusePort"] is true,
            Mark = (uint?)fields.Number("Mark") ?? 0,
            Priority = (uint?)fields.Number("Priority") ?? 0,
            Device = (uint?)fields.Number("Device") ?? 0,
            Queue = (uint?)fields.Number("Queue") ?? 0,
        };
    }

    /// <summary>Sockets: the first without a protocol is the one that packets belong to, the others are found by lookups; where none is without, packets belong to none.</summary>
    /// <param name="world">The world that gets them, in the place of those that it has.</param>
    /// <param name="values">Their fields.</param>
    /// <exception cref="BpfException">BPF2251, also for a cookie that two of them have.</exception>
    public static BpfEnvironment WithSockets(BpfEnvironment world, IEnumerable<object?> values)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(values);
        SocketIdentity[] sockets = [.. values.Select(Socket).OfType<SocketIdentity>()];
        if (sockets.GroupBy(socket => socket.Cookie).FirstOrDefault(same => same.Key != 0 && same.Count() > 1) is { } twice)
            throw DiagnosticRules.EnvironmentValue.Error($"Two sockets have the cookie {twice.Key}.", action: "Give each socket a Cookie of its own.");
        return world with
        {
            Socket = sockets.FirstOrDefault(socket => socket.Protocol == SocketProtocol.None),
            Sockets = [.. sockets.Where(socket => socket.Protocol != SocketProtocol.None)],
        };
    }

    /// <summary>Bytes at an address.</summary>
    /// <exception cref="BpfException">BPF2251.</exception>
    public static MemoryImage Memory(object? value)
    {
        if (value is MemoryImage image) return image;
        var fields = new Fields("memory", value, "Address", "Bytes", "Text");
        var address = fields.Number("Address") ?? throw fields.Missing("Address");
        var bytes = fields.Has("Text") ? Encoding.UTF8.GetBytes(fields.Text("Text") + "\0") : LayerValues.ToBytes(fields["Bytes"]) ?? throw fields.Wrong("Bytes", "bytes");
        return new MemoryImage(address < 0 ? unchecked((ulong)(long)address) : (ulong)address, bytes);
    }

    private sealed class Fields
    {
        private readonly string _what;
        private readonly Dictionary<string, object?> _fields = new(StringComparer.OrdinalIgnoreCase);

        public Fields(string what, object? value, params string[] known)
        {
            _what = what;
            var pairs = value switch
            {
                IEnumerable<KeyValuePair<string, object?>> members => members,
                IDictionary table => table.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create($"{entry.Key}", entry.Value)),
                _ => throw DiagnosticRules.EnvironmentValue.Error($"'{value}' is no {what}.", action: $"Pass a table with {string.Join(", ", known)}."),
            };
            foreach (var (name, field) in pairs)
            {
                if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
                    throw DiagnosticRules.EnvironmentValue.Error($"A {what} has no '{name}'.", action: $"It has {string.Join(", ", known)}.");
                _fields[name] = field;
            }
        }

        public object? this[string name] => _fields.GetValueOrDefault(name);

        public bool Has(string name) => _fields.GetValueOrDefault(name) is not null;

        public System.Numerics.BigInteger? Number(string name) => LayerValues.ToInteger(this[name]) is { } number
            ? number >= long.MinValue && number <= ulong.MaxValue ? Fit(name, number) : throw Wrong(name, "a number of 64 bits")
            : null;

        public string? Text(string name) => this[name] is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

        public IReadOnlyList<ulong>? Numbers(string name) => this[name] switch
        {
            null => null,
            string or not IEnumerable => [(ulong)(Number(name) ?? throw Wrong(name, "numbers"))],
            IEnumerable items => [.. items.Cast<object?>().Select(item => (ulong)(LayerValues.ToInteger(item) ?? throw Wrong(name, "numbers")))],
        };

        public T? Named<T>(string name)
            where T : struct, Enum =>
            Text(name) is not { } text ? null : Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value : throw Wrong(name, $"one of {string.Join(", ", Enum.GetNames<T>())}");

        public IPEndPoint? End(string name) =>
            Text(name) is not { } text ? null : IPEndPoint.TryParse(text, out var end) ? end : throw Wrong(name, "an address and a port such as 10.0.0.1:80 or [::1]:80");

        public byte[]? Hardware(string name)
        {
            if (Text(name) is not { } text) return null;
            var bytes = PhysicalAddress.TryParse(text, out var address) ? address.GetAddressBytes() : [];
            return bytes.Length == HardwareAddress ? bytes : throw Wrong(name, "a hardware address such as 02:00:00:00:00:01");
        }

        public BpfException Missing(string name) => DiagnosticRules.EnvironmentValue.Error($"The {_what} has no {name}.");

        public BpfException Wrong(string name, string wanted) => DiagnosticRules.EnvironmentValue.Error($"{name} of the {_what} is '{this[name]}', which is not {wanted}.");

        // Numbers of a task or a device have 32 bits, but for addresses, cgroups and cookies.
        private System.Numerics.BigInteger Fit(string name, System.Numerics.BigInteger number)
        {
            bool wide = name is "Address" or "Cgroup" or "Cookie" or "Ancestors";
            if (wide || (number >= 0 && number <= (name is "Pid" or "Tgid" or "Mtu" ? int.MaxValue : uint.MaxValue))) return number;
            throw Wrong(name, "a number of 32 bits");
        }
    }
}
