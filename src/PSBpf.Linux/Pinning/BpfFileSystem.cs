using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.Listing;
using PSBpf.Linux.Maps;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Pinning;

/// <summary>Names in any mounted bpffs: BPF_OBJ_PIN, BPF_OBJ_GET and unlink.</summary>
[SupportedOSPlatform("linux")]
internal sealed class BpfFileSystem(int possibleCpus) : IPinStore
{
    // BPF_FS_MAGIC of linux/magic.h, and BPF_F_RDONLY.
    private const long Magic = 0xcafe4a11;
    private const uint OnlyRead = 1 << 3;

    /// <summary>What /proc calls descriptors.</summary>
    private static readonly Dictionary<string, PinKind> Kinds = new()
    {
        ["anon_inode:bpf-map"] = PinKind.Map,
        ["anon_inode:bpf-prog"] = PinKind.Program,
        ["anon_inode:bpf_link"] = PinKind.Link,
    };

    public void Pin(IKernelMap map, string path)
    {
        if (map is not LinuxMap linux) throw DiagnosticRules.LinuxForeignMap.Error($"Map '{map.Spec.Name}' is not in the Linux kernel.");
        path = Checked(path);
        MakeFolders(Path.GetDirectoryName(path)!);
        if (!linux.Handle.TryUse(out var lease)) throw DiagnosticRules.MapOperation.Error($"Map '{map.Spec.Name}' has been removed.");
        Errno error;
        using (lease) error = Call(BpfCommand.ObjectPin, path, lease.Descriptor, 0, out _);
        if (error == Errno.EEXIST) throw DiagnosticRules.PinTaken.Error($"There is something at '{path}' already.");
        if (error != Errno.None) throw Failed(BpfCommand.ObjectPin, error, path);
    }

    public IKernelMap? OpenMap(string path, Func<MapSpec, MapSpec>? adopt = null)
    {
        path = Checked(path);
        var error = Open(path, 0, out var handle);
        if (error == Errno.ENOENT) return null;
        if (handle is null) throw Failed(BpfCommand.ObjectGet, error, path);
        try
        {
            if (KindOf(handle) is not PinKind.Map) throw DiagnosticRules.PinPath.Error($"At '{path}' there is no map but a {KindOf(handle)?.ToString().ToLowerInvariant() ?? "thing of another kind"}.", action: "Name the path of a map: Get-BpfPin lists them.");
            error = ObjectInfo.Get(handle, out MapInfo info);
            if (error != Errno.None) throw Failure.Of(BpfCommand.ObjectGetInfo, error, $"the map at '{path}'");
            var spec = MapListing.Describe(info);
            return new LinuxMap(handle, info.Id, adopt is null ? spec : adopt(spec), possibleCpus);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool Unpin(string path)
    {
        path = Checked(path);
        if (!File.Exists(path)) return false;
        if (!IsIn(Path.GetDirectoryName(path)!)) throw NotThere(path);
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.PinPath.At($"'{path}' cannot be taken away: {exception.Message}"), exception);
        }
    }

    public IReadOnlyList<PinStatus> List(string folder)
    {
        folder = Checked(folder);
        if (File.Exists(folder)) return Status(folder) is { } one ? [one] : [];
        if (!IsIn(folder)) throw NotThere(folder);
        List<PinStatus> pins = [];
        // Folders that others may not look into are passed over.
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        foreach (string path in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
            if (Status(path) is { } pin) pins.Add(pin);
        return pins;
    }

    private static PinStatus? Status(string path)
    {
        // Programs and links cannot be opened for reading alone.
        if (Open(path, OnlyRead, out var handle) != Errno.None && Open(path, 0, out handle) != Errno.None) return null;
        using (handle)
        {
            switch (KindOf(handle!))
            {
                case PinKind.Map when ObjectInfo.Get(handle!, out MapInfo map) == Errno.None:
                    return new PinStatus { Path = path, Kind = PinKind.Map, Id = map.Id, Name = map.Name.ToString(), MapType = (MapType)map.Type };
                case PinKind.Program when ObjectInfo.Get(handle!, out ProgramInfo program) == Errno.None:
                    return new PinStatus { Path = path, Kind = PinKind.Program, Id = program.Id, Name = program.Name.ToString() };
                case PinKind.Link when ObjectInfo.Get(handle!, out LinkInfo link) == Errno.None:
                    return new PinStatus { Path = path, Kind = PinKind.Link, Id = link.Id };
                default:
                    return null;
            }
        }
    }

    private static PinKind? KindOf(BpfHandle handle)
    {
        using var lease = handle.Use();
        string file = $"/proc/self/fd/{lease.Descriptor.ToString(CultureInfo.InvariantCulture)}";
        return new FileInfo(file).LinkTarget is { } name && Kinds.TryGetValue(name, out var kind) ? kind : null;
    }

    private static Errno Open(string path, uint flags, out BpfHandle? handle)
    {
        var error = Call(BpfCommand.ObjectGet, path, 0, flags, out int descriptor);
        handle = error == Errno.None ? new BpfHandle(descriptor) : null;
        return error;
    }

    private static unsafe Errno Call(BpfCommand command, string path, int descriptor, uint flags, out int result)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attributes = new PinAttributes { Path = (ulong)text, Descriptor = descriptor, FileFlags = flags };
            return Bpf.Call(command, ref attributes, out result);
        }
    }

    private static void MakeFolders(string folder)
    {
        string there = folder;
        while (!Directory.Exists(there) && there.Length > 1) there = Path.GetDirectoryName(there)!;
        if (!IsIn(there)) throw NotThere(folder);
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.PinPath.At($"The folder '{folder}' cannot be made: {exception.Message}"), exception);
        }
    }

    private static unsafe bool IsIn(string folder)
    {
        // struct statfs of 64-bit machines begins with the type and has 120 bytes.
        long* status = stackalloc long[32];
        fixed (byte* text = Encoding.UTF8.GetBytes(folder + '\0')) return Libc.FileSystem(text, status) == 0 && status[0] == Magic;
    }

    private static string Checked(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal)) throw DiagnosticRules.PinPath.Error($"'{path}' is no absolute path.");
        return path.Length > 1 ? path.TrimEnd('/') : path;
    }

    private static BpfException NotThere(string path) => DiagnosticRules.PinPath.Error($"'{path}' is not in a BPF file system (bpffs).");

    private static BpfException Failed(BpfCommand command, Errno error, string path) => error switch
    {
        Errno.EINVAL or Errno.EACCES or Errno.ENOENT => DiagnosticRules.PinPath.Error($"The kernel refused {command.UapiName()} for '{path}' with {ErrnoText.Describe(error)}: it is no name in a BPF file system (bpffs)."),
        Errno.EPERM when IsIn(Path.GetDirectoryName(path) ?? "/") => DiagnosticRules.PinPath.Error($"The kernel refused {command.UapiName()} for '{path}' with {ErrnoText.Describe(error)}: names in a BPF file system have no dots, and files there have owners."),
        Errno.EPERM => NotThere(path),
        _ => Failure.Of(command, error, $"'{path}'"),
    };
}
