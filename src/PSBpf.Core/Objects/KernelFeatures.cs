using PSBpf.Isa;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// Finds what of a program depends on the version of Linux: program, attach and map types, helpers, kernel functions, instructions and sizes. It looks at
/// what is there, not at what a version's verifier would have understood; only of calls of helpers it is asked whether a path leads there, since programs
/// ask before the call whether the kernel has one.
/// </summary>
public static class KernelFeatures
{
    /// <summary>Instruction slots that verifiers took before <see cref="Large"/>, and those that they stepped through.</summary>
    private const int OldSlots = 4096, OldProcessed = 131072;

    /// <summary>Bytes of stack that each kernel gives to a chain of calls.</summary>
    private const int SharedStack = 512;

    private static readonly Version Large = new(5, 2), Loops = new(5, 3), Sleeping = new(5, 10), TailCalls = new(5, 10), Frags = new(5, 18), SleepingProbes = new(6, 0), PrivateStacks = new(6, 13);

    /// <summary>What libbpf leaves out, or the kernel ignores, where it is not known.</summary>
    private static readonly AttachType[] Hints = [AttachType.Xdp, AttachType.SkReuseportSelect, AttachType.PerfEvent];

    /// <summary>Helpers that libbpf replaces by older ones.</summary>
    private static readonly Dictionary<string, string> Replaced = new()
    {
        ["bpf_probe_read_kernel"] = "bpf_probe_read", ["bpf_probe_read_user"] = "bpf_probe_read",
        ["bpf_probe_read_kernel_str"] = "bpf_probe_read_str", ["bpf_probe_read_user_str"] = "bpf_probe_read_str",
    };

    /// <summary>What a program needs, the newest first.</summary>
    /// <param name="program">The program.</param>
    /// <param name="maps">Maps that are made with it although it does not name them.</param>
    /// <param name="processed">Instructions that a verifier stepped through; 0 when that is not known.</param>
    /// <param name="stack">Bytes of stack of the deepest chain of calls; 0 when that is not known.</param>
    /// <param name="unreached">Slots that no path leads to: a verifier does not look which helpers they call.</param>
    public static IReadOnlyList<KernelFeature> Of(ProgramSpec program, IEnumerable<MapSpec> maps, int processed = 0, int stack = 0, IReadOnlyCollection<int>? unreached = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(maps);
        var found = new Dictionary<(KernelFeatureKind, string), KernelFeature>();
        void Add(KernelFeature? feature)
        {
            if (feature is not null) found.TryAdd((feature.Kind, feature.Name), feature);
        }

        foreach (var feature in OfType(program)) Add(feature);
        ScanInstructions(program, [.. unreached ?? []], Add);
        foreach (var map in maps) AddMap(map, feature => feature, Add);
        foreach (var feature in Sizes(program, processed, stack)) Add(feature);
        return [.. found.Values.OrderByDescending(feature => feature.Since).ThenBy(feature => feature.Instruction)];
    }

    /// <summary>The first version that has all that nothing stands in for; null when every one has.</summary>
    public static Version? Required(IReadOnlyList<KernelFeature> features) => features.Where(feature => feature.IsRequired).Max(feature => feature.Since);

    private static IEnumerable<KernelFeature> OfType(ProgramSpec program)
    {
        const string Other = "Attach to something that the older kernel has, in a program of another type.";
        string type = ProgramTypeTable.Get(program.Type).Name;
        var since = KernelReleases.Since(program.Type);
        if (since is not null) yield return new(KernelFeatureKind.ProgramType, $"programs of type {type}", since, Other);
        // tcx and netkit are loaded as any classifier is; tc attaches the same programs otherwise.
        bool isHint = Hints.Contains(program.ExpectedAttachType) || program.Section.StartsWith("tc/", StringComparison.Ordinal);
        if (program.ExpectedAttachType != 0 && !isHint && KernelReleases.Since(program.ExpectedAttachType) is { } attach && attach > since)
            yield return new(KernelFeatureKind.AttachType, $"attaching as {(program.Section.Length > 0 ? program.Section : program.ExpectedAttachType)}", attach, Other);
        if ((program.Flags & SectionNames.Sleepable) != 0)
            yield return new(KernelFeatureKind.ProgramFlag, $"programs of type {type} that may sleep", program.Type == ProgramType.Kprobe ? SleepingProbes : Sleeping, "Take the section without '.s', and helpers that do not sleep.");
        if ((program.Flags & SectionNames.XdpHasFrags) != 0)
            yield return new(KernelFeatureKind.ProgramFlag, "XDP frames in several parts (xdp.frags)", Frags, "Take the section 'xdp': such frames then need an MTU below a page.");
    }

    private static void ScanInstructions(ProgramSpec program, HashSet<int> unreached, Action<KernelFeature?> add)
    {
        var externs = program.Externs.ToLookup(use => use.Instruction, use => use.Extern);
        var poisoned = program.Poisoned.Select(instruction => instruction.Instruction).ToHashSet();
        var loops = LoopFinder.Find(program.Instructions);
        bool callsFunctions = false;
        int tailCall = -1;
        for (int index = 0; index < program.Instructions.Length; index++)
        {
            var slot = program.Instructions[index];
            if (InstructionTable.Find(slot) is not { } form || poisoned.Contains(index)) continue;
            int at = index;
            KernelFeature At(KernelFeature feature) => feature with { Instruction = at, Source = program.LineAt(at)?.Source };
            switch (form.Kind)
            {
                case FormKind.CallHelper:
                    if (HelperTable.Find(slot.Immediate) is { } helper && !unreached.Contains(index)) add(At(OfHelper(helper)));
                    if (slot.Immediate == TailCallId) tailCall = index;
                    break;
                case FormKind.CallKfunc:
                    add(At(OfFunction(externs[index].FirstOrDefault(), form)));
                    break;
                case FormKind.Branch or FormKind.Jump or FormKind.MayGoto when loops.Contains(index):
                    add(At(new(KernelFeatureKind.Limit, "loops", Loops, "Have the compiler write the loop out: #pragma unroll.")));
                    break;
                case FormKind.LoadImmediate64 when form.Id is FormId.LddwMapIndex or FormId.LddwMapIndexValue && slot.Immediate >= 0 && slot.Immediate < program.Maps.Count:
                    AddMap(program.Maps[slot.Immediate], At, add);
                    break;
            }

            callsFunctions |= form.Kind == FormKind.CallFunction;
            if (form.Kind != FormKind.CallKfunc && InstructionFeature.Of(form) is { } needed)
                add(At(new(KernelFeatureKind.Instruction, needed.Name, needed.Since, needed.Instead)));
            index += form.Slots - 1;
        }

        if (callsFunctions && tailCall >= 0)
            add(new(KernelFeatureKind.Limit, "tail calls in programs that call functions", TailCalls, "Make the functions static __always_inline.") { Instruction = tailCall, Source = program.LineAt(tailCall)?.Source });
    }

    private static readonly int TailCallId = HelperTable.Find("tail_call")!.Id;

    private static KernelFeature OfHelper(HelperPrototype helper) => new(KernelFeatureKind.Helper, helper.Name, helper.Since ?? KernelReleases.Newest, FeatureAlternatives.OfHelper(helper.Name))
    {
        Fallback = Replaced.TryGetValue(helper.Name, out string? older) ? $"libbpf puts {older} in its place" : "",
    };

    private static KernelFeature OfFunction(ExternSpec? function, InstructionForm form)
    {
        var general = InstructionFeature.Of(form)!;
        // Of a function that the tables do not know, that there are kernel functions is all that is known.
        return function is null || KfuncReleases.Find(function.Name) is not { } since
            ? new(KernelFeatureKind.Instruction, general.Name, general.Since, general.Instead)
            : new(KernelFeatureKind.KernelFunction, function.Name, since, general.Instead) { Fallback = function.IsWeak ? "it is declared __weak, so that the program does without it" : "" };
    }

    private static void AddMap(MapSpec map, Func<KernelFeature, KernelFeature> place, Action<KernelFeature?> add)
    {
        // Those of global variables are what the instructions that use them need.
        if (map.IsGlobalData) return;
        var since = KernelReleases.Since(map.Type);
        if (since is not null)
            add(place(new(KernelFeatureKind.MapType, $"maps of type {map.Type} ('{map.Name}')", since, FeatureAlternatives.OfMap(map.Type))));
        foreach (var flag in Enum.GetValues<MapFlags>())
        {
            if (flag == 0 || !map.Flags.HasFlag(flag) || KernelReleases.Since(flag) is not { } version || version <= since) continue;
            add(place(new(KernelFeatureKind.MapFlag, $"maps with flag {flag} ('{map.Name}')", version, "Make the map without the flag.")));
        }

        foreach (var field in SpecialFields.Of(map))
            add(place(new(KernelFeatureKind.MapField, $"{field.Row.Structure} in values ('{map.Name}')", field.Row.Since, "Keep it out of the map's values.")));
        if (map.Inner is { } inner) AddMap(inner, place, add);
    }

    private static IEnumerable<KernelFeature> Sizes(ProgramSpec program, int processed, int stack)
    {
        const string Smaller = "Split the program with tail calls, or do less in loops.";
        if (program.Instructions.Length > OldSlots)
            yield return new(KernelFeatureKind.Limit, $"more than {OldSlots} instructions", Large, Smaller);
        if (processed > OldProcessed)
            yield return new(KernelFeatureKind.Limit, $"a verifier that steps through more than {OldProcessed} instructions", Large, Smaller);
        if (stack > SharedStack)
            yield return new(KernelFeatureKind.Limit, $"more than {SharedStack} bytes of stack along a chain of calls", PrivateStacks, "Move large variables into a per-CPU array with one entry.");
    }
}
