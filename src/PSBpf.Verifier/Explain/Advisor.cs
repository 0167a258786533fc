using System.Globalization;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>
/// Looks at an accepted program for what could be better. Where arguments come from is read off the straight code before
/// a call; what is not plain there is not told of.
/// </summary>
internal sealed class Advisor(ProgramSpec spec, IReadOnlyList<MapSpec> maps, DecodedInstruction[] code, ControlFlow flow, Explorer explorer)
{
    /// <summary>Part of a limit from which on a program is told to be close to it.</summary>
    private const double Close = 0.8;

    /// <summary>Keys below this make an array that costs less than a hash.</summary>
    private const long LargestArrayKey = 255;

    private const int MaxProcessed = 1_000_000;

    /// <summary>What the result of a helper is about that programs should look at.</summary>
    private static readonly HashSet<string> MayFail =
    [
        "bpf_map_update_elem", "bpf_map_push_elem", "bpf_map_pop_elem", "bpf_map_peek_elem", "bpf_probe_read", "bpf_probe_read_str", "bpf_probe_read_kernel",
        "bpf_probe_read_user", "bpf_probe_read_kernel_str", "bpf_probe_read_user_str", "bpf_skb_load_bytes", "bpf_skb_store_bytes", "bpf_skb_pull_data",
        "bpf_skb_change_head", "bpf_skb_change_tail", "bpf_skb_adjust_room", "bpf_xdp_adjust_head", "bpf_xdp_adjust_tail", "bpf_xdp_adjust_meta",
        "bpf_xdp_load_bytes", "bpf_xdp_store_bytes", "bpf_perf_event_output", "bpf_ringbuf_output", "bpf_fib_lookup", "bpf_timer_init", "bpf_timer_start",
    ];

    /// <summary>What gives the same however often it is asked in one run.</summary>
    private static readonly HashSet<string> SameInOneRun =
    [
        "bpf_get_current_pid_tgid", "bpf_get_current_uid_gid", "bpf_get_current_comm", "bpf_get_current_task", "bpf_get_current_cgroup_id",
        "bpf_get_smp_processor_id", "bpf_get_numa_node_id", "bpf_get_socket_cookie", "bpf_get_netns_cookie", "bpf_get_attach_cookie", "bpf_get_func_ip",
    ];

    private readonly List<VerificationAdvice> _found = [];

    /// <summary>The findings, in the order of the program; each line once for each kind.</summary>
    /// <param name="stack">Bytes of stack of the deepest chain of calls.</param>
    public IReadOnlyList<VerificationAdvice> Find(int stack)
    {
        FindLimits(stack);
        FindDeadCode();
        var lookups = new List<Lookup>();
        for (int pc = 0; pc < code.Length; pc++)
        {
            if (code[pc].Form != FormId.CallHelper || explorer.Visits[pc] == 0 || HelperTable.Find((int)code[pc].Immediate) is not { } helper) continue;
            if (MayFail.Contains(helper.Name) && pc + 1 < code.Length && (explorer.Live[pc + 1] & 1) == 0)
                Add(AdviceKind.UncheckedResult, pc, $"{helper.Name} may fail, and its result is not looked at.", $"Compare it: if ({helper.Name}(…) < 0) and count or give up.");
            if (SameInOneRun.Contains(helper.Name) && IsInLoop(pc))
                Add(AdviceKind.LoopInvariantCall, pc, $"{helper.Name} is called in each round of a loop and gives the same each time.", "Call it once before the loop.");
            if (helper.Name == "bpf_map_lookup_elem" && LookupAt(pc) is { } lookup) lookups.Add(lookup);
        }

        FindSameLookups(lookups);
        FindHashes(lookups);
        return [.. _found.DistinctBy(advice => (advice.Kind, advice.Source?.File, advice.Source?.Line, advice.Source is null ? advice.Instruction : 0)).OrderBy(advice => advice.Instruction)];
    }

    private void FindLimits(int stack)
    {
        var culture = CultureInfo.InvariantCulture;
        if (explorer.Processed > MaxProcessed * Close)
            Add(AdviceKind.CloseToLimit, 0, string.Create(culture, $"The verifier steps through {explorer.Processed} instructions; {MaxProcessed} are allowed."), "Simplify the lines that Test-BpfProgram -Heatmap shows first, or split the work with tail calls.");
        if (stack > FrameState.StackBytes * Close)
            Add(AdviceKind.CloseToLimit, 0, string.Create(culture, $"The deepest chain of calls uses {stack} bytes of stack; {FrameState.StackBytes} are allowed."), "Move large local variables into a per-CPU array map with one entry.");
    }

    private void FindDeadCode()
    {
        for (int pc = 0; pc < code.Length; pc++)
        {
            if (code[pc].Form == FormId.None || explorer.Visits[pc] != 0 || (pc > 0 && explorer.Visits[pc - 1] == 0 && code[pc - 1].Form != FormId.None)) continue;
            if (spec.LineAt(pc)?.Source is { } source && IsVisited(source.File, source.Line)) continue;
            Add(AdviceKind.DeadCode, pc, "No path leads here: what is compared before is known when the program is loaded.", "Remove it, unless it is for another configuration.");
        }
    }

    private bool IsVisited(string file, int line)
    {
        for (int pc = 0; pc < code.Length; pc++)
            if (explorer.Visits[pc] != 0 && spec.LineAt(pc)?.Source is { } source && source.Line == line && source.File == file) return true;
        return false;
    }

    private bool IsInLoop(int pc)
    {
        int end = flow.EndOf(flow.FunctionOf[pc]);
        for (int from = pc; from < end; from++)
            if (code[from].Form != FormId.None && code[from].Row.Kind is FormKind.Branch or FormKind.Jump && code[from].Offset <= pc && code[from].Offset >= flow.Functions[flow.FunctionOf[pc]] && flow.IsBackEdgeTarget[code[from].Offset]) return true;
        return false;
    }

    // Both stand in code without a way around the first: no jump, end, or arrival of one, and nothing that changes key or map.
    private void FindSameLookups(List<Lookup> lookups)
    {
        for (int index = 1; index < lookups.Count; index++)
        {
            var (first, second) = (lookups[index - 1], lookups[index]);
            if (first.Map != second.Map || first.Slot != second.Slot || flow.FunctionOf[first.Pc] != flow.FunctionOf[second.Pc] || !IsStraight(first, second.Pc)) continue;
            Add(AdviceKind.SameLookup, second.Pc, $"The same key of '{maps[first.Map].Name}' was looked up before{(spec.LineAt(first.Pc)?.Source is { } source ? $" in line {source.Line.ToString(CultureInfo.InvariantCulture)}" : "")}.", "Keep the pointer that the first lookup gave.");
        }
    }

    private bool IsStraight(Lookup first, int end)
    {
        for (int pc = first.Pc + 1; pc < end; pc++)
        {
            if (code[pc].Form == FormId.None) continue;
            var kind = code[pc].Row.Kind;
            if (kind is FormKind.Jump or FormKind.Exit or FormKind.CallFunction or FormKind.CallHelper or FormKind.CallKfunc or FormKind.MayGoto) return false;
            if (kind is FormKind.Branch && code[pc].Offset < end) return false;
            if (kind is FormKind.Store or FormKind.StoreImmediate && code[pc].Destination == 10 && code[pc].Offset >= first.Slot && code[pc].Offset < first.Slot + maps[first.Map].KeySize) return false;
        }

        return true;
    }

    private void FindHashes(List<Lookup> lookups)
    {
        foreach (var group in lookups.GroupBy(lookup => lookup.Map))
        {
            var map = maps[group.Key];
            if (map.Type != MapType.Hash || map.KeySize != 4 || !group.All(lookup => lookup.Key is >= 0 and <= LargestArrayKey) || IsUsedOtherwise(group.Key, group.Count())) continue;
            Add(AdviceKind.HashForArray, group.First().Pc, $"'{map.Name}' is a hash, and is used with constant keys up to {group.Max(lookup => lookup.Key)!.Value.ToString(CultureInfo.InvariantCulture)} only.",
                "Declare it as BPF_MAP_TYPE_ARRAY: lookups cost less, and entries always exist.");
        }
    }

    // Every reference to the map belongs to one of the lookups.
    private bool IsUsedOtherwise(int map, int lookups)
    {
        int references = 0;
        for (int pc = 0; pc < code.Length; pc++)
            if (explorer.Visits[pc] != 0 && code[pc].Form == FormId.LddwMapIndex && code[pc].Immediate == map) references++;
        return references != lookups;
    }

    // r1 is the map and r2 the address of a slot, both set in the straight code before the call.
    private Lookup? LookupAt(int pc)
    {
        int map = -1, slot = 0;
        bool moved = false;
        for (int at = pc - 1; at >= 0 && (map < 0 || !moved); at--)
        {
            if (code[at].Form == FormId.None) continue;
            if (EndsBlock(code[at].Row.Kind) || (flow.IsPrunePoint[at] && map >= 0 && moved)) break;
            if (code[at].Destination == 1 && map < 0 && code[at].Form == FormId.LddwMapIndex) map = (int)code[at].Immediate;
            else if (code[at].Destination == 2 && code[at].Row is { Kind: FormKind.Alu, Alu: AluOperation.Add, UsesSource: false, Width: 64 }) slot = (int)code[at].Immediate;
            else if (code[at].Destination == 2 && code[at].Row.Kind == FormKind.Move && code[at].Row.UsesSource && code[at].Source == 10) moved = true;
        }

        return map >= 0 && moved && slot < 0 ? new Lookup(pc, map, slot, KeyAt(pc, slot)) : null;
    }

    private long? KeyAt(int pc, int slot)
    {
        int register = -1;
        for (int at = pc - 1; at >= 0; at--)
        {
            if (code[at].Form == FormId.None) continue;
            var row = code[at].Row;
            if (EndsBlock(row.Kind)) return null;
            if (register >= 0 && code[at].Destination == register && row.Uses.HasFlag(RegisterUse.WritesDestination))
                return row.Kind == FormKind.Move && !row.UsesSource ? code[at].Immediate : null;
            if (register >= 0 || code[at].Destination != 10 || code[at].Offset != slot) continue;
            if (row.Kind == FormKind.StoreImmediate) return code[at].Immediate;
            if (row.Kind == FormKind.Store) register = code[at].Source;
        }

        return null;
    }

    private static bool EndsBlock(FormKind kind) =>
        kind is FormKind.CallHelper or FormKind.CallFunction or FormKind.CallKfunc or FormKind.Exit or FormKind.Jump or FormKind.Branch or FormKind.MayGoto;

    private void Add(AdviceKind kind, int pc, string finding, string suggestion) =>
        _found.Add(new VerificationAdvice(spec.Name, kind, spec.LineAt(pc)?.Source, pc, finding, suggestion));

    private sealed record Lookup(int Pc, int Map, int Slot, long? Key);
}
