using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Agreement;

namespace PSBpf.Verifier.Tests.Random;

/// <summary>
/// Programs that wander through the kernel's structures: loads of members, checks, moves, spills, helpers, branches that meet again. It follows the types
/// so that loads mostly hit pointers, and forgets at times what it knows.
/// </summary>
internal sealed class KernelPointerGenerator(int seed)
{
    private const int Registers = 4;

    private static readonly BtfTypeSet Types = TargetKernel.Machine.Types!.Types;

    private static readonly (string Target, AttachType Attach, string Flagged, (int Parameter, string Structure)[] Parameters)[] Starts =
    [
        ("sched_switch", AttachType.TraceRawTp, "", [(1, "task_struct"), (2, "task_struct")]),
        ("kfree_skb", AttachType.TraceRawTp, "", [(0, "sk_buff"), (3, "sock")]),
        ("tcp_probe", AttachType.TraceRawTp, "", [(0, "sock"), (1, "sk_buff")]),
        ("sched_process_exec", AttachType.TraceRawTp, "", [(0, "task_struct"), (2, "linux_binprm")]),
        ("cgroup_mkdir", AttachType.TraceRawTp, "", [(0, "cgroup")]),
        ("task_file", AttachType.TraceIter, "", [(0, "bpf_iter_meta"), (1, "task_struct"), (3, "file")]),
        ("task", AttachType.TraceIter, "sleeps", [(0, "bpf_iter_meta"), (1, "task_struct")]),
        ("bpf_map_elem", AttachType.TraceIter, "", [(1, "bpf_map"), (2, ""), (3, "")]),
        ("tcp", AttachType.TraceIter, "", [(1, "sock_common")]),
    ];

    private static readonly Dictionary<int, (int Offset, int Pointee)[]> Pointers = [];

    private readonly System.Random _random = new(seed);
    private readonly List<string> _text = ["r5 = r1"];
    // What r6 to r9 probably point to: the id of a structure, 0 for something else.
    private readonly int[] _held = new int[Registers];
    private int _labels;

    public (ProgramSpec Program, string Text) Make()
    {
        var start = Starts[_random.Next(Starts.Length)];
        for (int register = 0; register < Registers; register++)
        {
            var (parameter, structure) = start.Parameters[_random.Next(start.Parameters.Length)];
            _text.Add($"r{6 + register} = *(u64 *)(r1 +{parameter * 8})");
            _held[register] = structure.Length == 0 ? 0 : Types.Find(BtfKind.Struct, structure)!.Id;
            if (_random.Next(10) < 7) Check(register);
        }

        for (int slot = 1; slot <= Registers; slot++) _text.Add($"*(u64 *)(r10 -{slot * 8}) = 0");
        for (int step = 0, steps = _random.Next(1, 9); step < steps; step++) Step(depth: 0);
        _text.Add("end:\nr0 = 0\nexit");
        string text = string.Join('\n', _text);
        var program = Verdicts.Program(ProgramType.Tracing, start.Attach, text) with
        {
            AttachTarget = start.Target,
            Flags = start.Flagged.Length > 0 && _random.Next(2) == 0 ? SectionNames.Sleepable : 0,
        };
        return (program, $"{start.Target} {program.Flags}\n{text}");
    }

    private void Step(int depth)
    {
        int register = _random.Next(Registers), other = _random.Next(Registers);
        string r = $"r{6 + register}", o = $"r{6 + other}";
        switch (_random.Next(13))
        {
            case <= 3:
                Load(register, other);
                break;
            case 4:
                Check(register);
                break;
            case 5:
                _text.Add($"{r} = {o}");
                _held[register] = _held[other];
                break;
            case 6:
                _text.Add($"*(u64 *)(r10 -{(register + 1) * 8}) = {r}\n{o} = *(u64 *)(r10 -{(register + 1) * 8})");
                _held[other] = _held[register];
                break;
            case 7:
                _text.Add($"r1 = *(u{8 << _random.Next(4)} *)({r} +{Place(_held[register])})");
                break;
            case 8:
                int moved = _random.Next(3) == 0 ? Place(_held[register]) : 8 * _random.Next(-1, 4);
                _text.Add($"{r} += {moved}\nr1 = *(u8 *)({r} +0)\n{r} -= {moved}");
                break;
            case 9:
                string[] helpers =
                [
                    "call bpf_task_pt_regs", "call bpf_skc_to_tcp_sock", "call bpf_sock_from_file", "r2 = 8\ncall bpf_trace_printk", "call bpf_get_socket_cookie",
                    "r2 = r10\nr2 += -64\nr3 = 32\nr4 = 0\ncall bpf_get_task_stack",
                ];
                _text.Add($"r1 = {r}\n{helpers[_random.Next(helpers.Length)]}");
                if (_random.Next(2) == 0)
                {
                    _text.Add($"{o} = r0");
                    _held[other] = 0;
                }

                break;
            case 10:
                _text.Add($"if {r} == 0 goto +1\nr1 = *(u8 *)({r} +0)");
                break;
            default:
                if (depth == 2) break;
                int label = _labels++;
                _text.Add($"call bpf_get_prandom_u32\nif r0 == 0 goto l{label}");
                int[] before = [.. _held];
                for (int step = 0, steps = _random.Next(1, 4); step < steps; step++) Step(depth + 1);
                _text.Add($"l{label}:");
                if (_random.Next(2) == 0) before.CopyTo(_held, 0);
                break;
        }
    }

    private void Check(int register) => _text.Add($"if r{6 + register} == 0 goto end");

    private void Load(int register, int from)
    {
        var pointers = PointersOf(_held[from]);
        if (pointers.Length == 0 || _random.Next(12) == 0)
        {
            _text.Add($"r{6 + register} = *(u64 *)(r{6 + from} +{Place(_held[from])})");
            _held[register] = 0;
            return;
        }

        var (offset, pointee) = pointers[_random.Next(pointers.Length)];
        _text.Add($"r{6 + register} = *(u64 *)(r{6 + from} +{offset})");
        _held[register] = pointee;
    }

    private int Place(int structure) => structure == 0 ? 8 * _random.Next(8) : Math.Min(short.MaxValue - 8, 4 * _random.Next((Types.SizeOf(Types[structure]) / 4) + 1));

    // Where a structure has pointers to structures, those within included.
    private static (int Offset, int Pointee)[] PointersOf(int structure)
    {
        if (structure == 0) return [];
        lock (Pointers)
        {
            if (!Pointers.TryGetValue(structure, out var found)) Pointers.Add(structure, found = [.. Find(structure, 0).Where(place => place.Offset < short.MaxValue)]);
            return found;
        }
    }

    private static IEnumerable<(int Offset, int Pointee)> Find(int structure, int start)
    {
        foreach (var member in ((BtfStruct)Types[structure]).Members)
        {
            var type = Types.Resolve(Types[member.TypeId]);
            int offset = start + (member.BitOffset / 8);
            if (type is BtfStruct inner)
            {
                foreach (var place in Find(inner.Id, offset)) yield return place;
            }
            else if (type is BtfReference { ReferenceKind: BtfKind.Pointer } pointer)
            {
                var pointee = Types.Resolve(Types[pointer.TargetId]);
                yield return (offset, pointee is BtfStruct ? pointee.Id : 0);
            }
        }
    }
}
