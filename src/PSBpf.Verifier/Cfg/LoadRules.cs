using System.Collections.Frozen;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Cfg;

/// <summary>What bpf(2) checks of a program's type, attach type and target before it looks at instructions.</summary>
internal static class LoadRules
{
    private const int MaxErrno = 4095;

    /// <summary>The kernel's trampolines pass this many arguments.</summary>
    private const int MaxArguments = 12;

    // Eight bytes for each argument, and what a function returned.
    private static readonly ContextLayout Arguments = new() { Name = "", Size = MaxArguments * sizeof(ulong) };

    // Programs run within these, so tracing them would not end.
    private static readonly FrozenSet<string> Untraceable = FrozenSet.ToFrozenSet(
    [
        "migrate_disable", "migrate_enable", "__migrate_disable", "__migrate_enable", "rcu_read_unlock_strict", "preempt_count_add", "preempt_count_sub",
        "__rcu_read_lock", "__rcu_read_unlock", "bpf_get_current_task", "bpf_get_current_task_btf", "bpf_sk_storage_get", "bpf_sk_storage_delete",
    ]);

    // These never return, so nothing follows them.
    private static readonly FrozenSet<string> NeverReturning = FrozenSet.ToFrozenSet(
    [
        "__fortify_panic", "__module_put_and_kthread_exit", "__stack_chk_fail", "cpu_bringup_and_idle", "cpu_startup_entry", "do_exit", "do_group_exit",
        "do_task_dead", "ex_handler_msr_mce", "fortify_panic", "hv_ghcb_terminate", "kthread_complete_and_exit", "kthread_exit", "kunit_try_catch_throw",
        "machine_real_restart", "make_task_dead", "mpt_halt_firmware", "nmi_panic_self_stop", "panic", "panic_smp_self_stop", "rest_init", "rewind_stack_and_make_dead",
        "rust_begin_unwind", "rust_helper_BUG", "sev_es_terminate", "snp_abort", "start_kernel", "stop_this_cpu", "usercopy_abort", "vpanic", "x86_64_start_kernel",
        "x86_64_start_reservations", "xen_cpu_bringup_again", "xen_start_kernel",
    ]);

    /// <summary>Checks a program.</summary>
    /// <param name="spec">The program.</param>
    /// <param name="setting">What was found out about it; null on refusal.</param>
    public static Refusal? Check(ProgramSpec spec, out ProgramSetting? setting)
    {
        setting = null;
        var type = ProgramTypeTable.Get(spec.Type);
        var rules = type.RulesFor(spec.ExpectedAttachType);
        if (type.Rules is not null && rules is null)
        {
            string attach = string.Join(", ", type.RulesByAttachType.Keys.Where(key => key != default || type.Type == ProgramType.CgroupSkb).Order());
            return Refuse($"expected_attach_type {(int)spec.ExpectedAttachType} is invalid for program type {type.Name}",
                $"bpf(2) loads programs of type {type.Name} only with one of the attach types {attach}; this one has {spec.ExpectedAttachType}.");
        }

        bool sleeps = (spec.Flags & SectionNames.Sleepable) != 0;
        if (sleeps && (!type.MaySleep || (type.Type == ProgramType.Tracing && spec.ExpectedAttachType == AttachType.TraceRawTp)))
        {
            return Refuse("Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable",
                $"Programs of type {type.Name}{(type.Type == ProgramType.Tracing ? " at tracepoints" : "")} may not sleep.");
        }

        if (type.Type == ProgramType.Syscall && !sleeps)
            return Refuse("Syscall programs can only be sleepable", "A system-call program is loaded with BPF_F_SLEEPABLE, as SEC(\"syscall\") does.");

        if (rules is not null)
        {
            setting = new ProgramSetting(spec, rules, null);
            return null;
        }

        if (AttachPoint.NameOf(spec.Type, spec.ExpectedAttachType) is not var (kind, prefix))
        {
            return new Refusal(DiagnosticRules.NotJudged, 0, $"program type {type.Name} is not judged",
                $"This version of the verifier does not judge programs of type {type.Name} and therefore refuses them.", -1, "");
        }

        return FindTarget(spec, kind, prefix, out var point) ?? CheckTarget(spec, point!, out setting);
    }

    private static Refusal? FindTarget(ProgramSpec spec, BtfKind kind, string prefix, out AttachPoint? point)
    {
        point = null;
        string what = kind switch { BtfKind.Typedef => "tracepoint", BtfKind.Struct => "operation", _ => "function" }, name = prefix + spec.AttachTarget;
        if (spec.AttachTarget.Length == 0)
        {
            return new Refusal(DiagnosticRules.AttachTarget, 0, "Tracing programs must provide btf_id",
                $"The section '{spec.Section}' does not say what the program attaches to, and its target's type is what the program is judged by.", -1, "");
        }

        if (ProgramSetting.KernelOf(spec) is not { } kernel)
        {
            return new Refusal(DiagnosticRules.KernelTypesMissing, 0, $"failed to find kernel BTF type ID of '{name}'",
                $"The program attaches to '{spec.AttachTarget}', whose parameters only a kernel's type information describes, and no kernel's is known here.", -1, "");
        }

        point = AttachPoint.Find(kernel, spec.Type, spec.ExpectedAttachType, spec.AttachTarget);
        if (point is not null) return null;
        return new Refusal(DiagnosticRules.AttachTarget, 0, $"failed to find kernel BTF type ID of '{name}'",
            $"{kernel.Name} has no {what} '{name}', which the program attaches to.", -1, "");
    }

    private static Refusal? CheckTarget(ProgramSpec spec, AttachPoint point, out ProgramSetting? setting)
    {
        setting = null;
        string name = point.Name;
        bool sleeps = (spec.Flags & SectionNames.Sleepable) != 0;
        (int Least, int Most)? range = null;
        bool nothing = false;
        switch (spec.Type, spec.ExpectedAttachType)
        {
            case (ProgramType.Tracing, AttachType.TraceRawTp):
                break;
            case (ProgramType.Tracing, AttachType.TraceIter):
                if (!AttachPoint.IsIterator(name))
                    return NotKnown(spec, $"'bpf_iter_{name}' is not an iterator that this version knows.");
                range = (0, 1);
                break;
            case (ProgramType.Tracing, AttachType.TraceFentry or AttachType.TraceFexit):
                if (Untraceable.Contains(name)) return Refuse($"Attaching tracing programs to function '{name}' is rejected.", $"Programs cannot trace '{name}', which runs for every program.");
                if (spec.ExpectedAttachType == AttachType.TraceFexit && NeverReturning.Contains(name))
                    return Refuse($"Attaching fexit/fmod_ret to __noreturn function '{name}' is rejected.", $"'{name}' never returns.");
                if (sleeps && !MayFail(name)) return Refuse($"{name} is not sleepable", $"Programs at '{name}' may not sleep: the kernel allows that at system calls.");
                range = (0, 0);
                break;
            case (ProgramType.Tracing, AttachType.ModifyReturn):
                if (!IsModifiable(name)) return Refuse($"{name}() is not modifiable", $"Only functions that are marked for fault injection, and security_ hooks, may have their result replaced; '{name}' is not known to be one.");
                if (sleeps && !MayFail(name)) return Refuse($"{name} is not sleepable", $"Programs at '{name}' may not sleep: the kernel allows that at system calls.");
                break;
            case (ProgramType.Lsm, AttachType.LsmMac or AttachType.LsmCgroup):
                if (!spec.HasGplLicense) return Refuse("LSM programs must have a GPL compatible license", $"LSM programs need a GPL-compatible licence; this one has '{spec.License}'.");
                if (!LsmHooks.IsEnabled(name)) return Refuse($"attach_btf_id points to disabled hook bpf_lsm_{name}", $"Programs may not attach to the hook '{name}'.");
                if (sleeps && (spec.ExpectedAttachType == AttachType.LsmCgroup || !LsmHooks.MaySleep(name))) return Refuse($"bpf_lsm_{name} is not sleepable", $"Programs at the hook '{name}' are not known to be allowed to sleep.");
                bool isVoid = point.Types.Resolve(point.Result) is BtfVoid;
                nothing = isVoid && spec.ExpectedAttachType == AttachType.LsmMac;
                if (!nothing)
                {
                    range = spec.ExpectedAttachType == AttachType.LsmCgroup ? (isVoid ? 1 : 0, 1) : LsmHooks.ReturnsTruth(name) ? (0, 1) : (-MaxErrno, 0);
                }

                break;
            case (ProgramType.StructOps, _):
                if (point.Operations is not { } table) return NotKnown(spec, $"What the subsystem behind '{spec.AttachTarget}' adds to its types is not known.");
                if (!spec.HasGplLicense) return Refuse("struct ops programs must have a GPL compatible license", $"Programs that stand in for functions of the kernel need a GPL-compatible licence; this one has '{spec.License}'.");
                if (table.Unsupported.Contains(name)) return Refuse($"attach to unsupported member {name} of struct {table.Name}", $"No program may stand in for '{name}'.");
                nothing = point.Types.Resolve(point.Result) is BtfVoid;
                break;
            default:
                return Refuse($"expected_attach_type {(int)spec.ExpectedAttachType} is invalid for program type {ProgramTypeTable.NameOf(spec.Type)}",
                    $"Programs of type {ProgramTypeTable.NameOf(spec.Type)} have no attach type {spec.ExpectedAttachType}.");
        }

        if (point.ParameterCount > MaxArguments) return Refuse($"The function {name} has {point.ParameterCount} arguments. Too many.", $"Programs attach to functions of up to {MaxArguments} parameters.");
        setting = new ProgramSetting(spec, new ProgramRules(Arguments, range?.Least, range?.Most), point) { ReturnsNothing = nothing };
        return null;
    }

    // Which functions are marked for fault injection is not in the kernel's types; system calls are, all of them.
    private static bool MayFail(string function) => function.StartsWith("__x64_sys_", StringComparison.Ordinal) || function.StartsWith("__arm64_sys_", StringComparison.Ordinal);

    private static bool IsModifiable(string function) => MayFail(function) || function.StartsWith("security_", StringComparison.Ordinal);

    private static Refusal NotKnown(ProgramSpec spec, string reason) =>
        new(DiagnosticRules.NotJudged, 0, $"attach target '{spec.AttachTarget}' is not judged", reason, -1, "");

    private static Refusal Refuse(string message, string reason) => new(DiagnosticRules.AttachType, 0, message, reason, -1, "");
}
