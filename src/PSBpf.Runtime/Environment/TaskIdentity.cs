using System.Text;

namespace PSBpf.Runtime.Environment;

/// <summary>The task that programs see as the current one.</summary>
/// <param name="ThreadGroupId">The process id (tgid).</param>
/// <param name="ProcessId">The thread's id, which the kernel calls pid.</param>
/// <param name="UserId">The user (uid).</param>
/// <param name="GroupId">The group (gid).</param>
/// <param name="Command">The name (comm): its first 15 bytes count.</param>
public sealed record TaskIdentity(int ThreadGroupId, int ProcessId, uint UserId, uint GroupId, string Command)
{
    /// <summary>This process. The engine's runs all belong to its main thread's id; user and group are known on Linux only, else 0.</summary>
    public static TaskIdentity Current { get; } = ReadCurrent();

    /// <summary>The cgroup's id, which 1 is for the root.</summary>
    public ulong CgroupId { get; init; } = 1;

    /// <summary>The ids of the cgroups above it, the root's first; empty for one below nothing.</summary>
    public IReadOnlyList<ulong> CgroupAncestors { get; init; } = [];

    /// <summary>The class id of net_cls; 0 for none.</summary>
    public uint CgroupClassId { get; init; }

    /// <summary>What bpf_get_current_task gives: the address of its task_struct. Nothing lies there unless the environment's memory has it.</summary>
    public ulong Address { get; init; } = 0xffff_8880_0010_0000;

    /// <summary>The id of the cgroup at a level, of which the root's is 0; 0 when there is none.</summary>
    internal ulong CgroupAt(int level) =>
        (uint)level < (uint)CgroupAncestors.Count ? CgroupAncestors[level] : level == CgroupAncestors.Count ? CgroupId : 0;

    /// <summary>Whether it is in a cgroup, or in one below it.</summary>
    internal bool IsUnder(ulong cgroup)
    {
        if (cgroup == CgroupId) return true;
        for (int level = 0; level < CgroupAncestors.Count; level++)
            if (CgroupAncestors[level] == cgroup) return true;
        return false;
    }

    /// <summary>TASK_COMM_LEN: 15 bytes of name and a zero.</summary>
    internal const int CommandLength = 16;

    /// <summary>The name as bpf_get_current_comm gives it.</summary>
    internal byte[] CommandBytes { get; } = Encode(Command);

    private static byte[] Encode(string command)
    {
        var bytes = new byte[CommandLength];
        byte[] text = Encoding.UTF8.GetBytes(command);
        text.AsSpan(0, Math.Min(text.Length, CommandLength - 1)).CopyTo(bytes);
        return bytes;
    }

    private static TaskIdentity ReadCurrent()
    {
        int id = System.Environment.ProcessId;
        string name = Path.GetFileName(System.Environment.ProcessPath) ?? "";
        if (!OperatingSystem.IsLinux()) return new TaskIdentity(id, id, 0, 0, Path.GetFileNameWithoutExtension(name));
        uint user = 0, group = 0;
        try
        {
            // proc(5): the first of the four numbers is the real id.
            foreach (string line in File.ReadLines("/proc/self/status"))
            {
                string[] fields = line.Split('\t');
                if (fields[0] == "Name:") name = fields[1];
                if (fields[0] == "Uid:") _ = uint.TryParse(fields[1], out user);
                if (fields[0] == "Gid:") _ = uint.TryParse(fields[1], out group);
            }
        }
        catch (IOException)
        {
            // Without /proc the defaults stay.
        }

        return new TaskIdentity(id, id, user, group, name);
    }
}
