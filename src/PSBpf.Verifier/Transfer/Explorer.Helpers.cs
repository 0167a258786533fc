using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>What checking a call's arguments found out, for the checks and effects that depend on it.</summary>
    private struct CallFacts
    {
        public int Map;
        public long AllocationSize;
        public ulong Size;
        public int Released;
        public bool FindsAlways;
        public int Reference;
        public int Variable;
        public ReadOnlyMemory<byte> Text;
        public int Function;
        public DynptrFacts Dynptr;
        public SpecialField? Field;

        /// <summary>The reference of an object that a list or tree gets.</summary>
        public int Given;

        /// <summary>Whether an object that gets another owner has one in the program.</summary>
        public bool IsOwned;
    }

    private bool StepCallHelper(in DecodedInstruction instruction)
    {
        int id = (int)instruction.Immediate;
        if (HelperTable.Find(id) is not { } helper)
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"invalid func unknown#{(uint)id}", $"There is no helper number {(uint)id}.");
        }

        if (HelperTable.Find(id, _spec.Type, _spec.ExpectedAttachType) is not { } allowed)
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"program of this type cannot use helper {helper.Name}#{id}",
                $"Programs of type {_type.Name}{(helper.AttachTypes is null ? "" : $" attached as {_spec.ExpectedAttachType}")} may not call {helper.Name}.");
        }

        helper = allowed;
        if (!IsAllowedAt(helper)) return false;

        if (helper.GplOnly && !_spec.HasGplLicense)
        {
            return Refuse(DiagnosticRules.GplOnly, "cannot call GPL-restricted function from non-GPL compatible program",
                $"{helper.Name} may be called by programs with a GPL-compatible licence only; this one has '{_spec.License}'.");
        }

        if (helper.MaySleep && !MaySleep)
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"helper call might sleep in a non-sleepable prog",
                $"{helper.Name} may sleep, and this program is not sleepable.");
        }

        if (helper.Lock != LockEffect.Gives && !NotLocked("function calls are not allowed while holding a lock", $"{helper.Name} is called")) return false;
        if (helper.MaySleep && !MaySleepHere($"{helper.Name}#{id}")) return false;
        var facts = new CallFacts { Map = -1 };
        for (int index = 0; index < helper.Arguments.Count; index++)
            if (!CheckArgument(helper, index, ref facts)) return false;
        if (!CheckMapFits(helper, facts.Map)) return false;
        if (helper.Arguments is [ArgumentKind.Timer, ArgumentKind.ConstantMap, ..] && !CheckSameMap(1, 2, "timer")) return false;
        if (CallbackTable.Find(id) is { IsLater: true }) facts.Map = Registers[1].Map;
        if (helper.Lock != LockEffect.None) return StepSpinLock(helper.Lock == LockEffect.Takes);
        if (helper.Return == ReturnKind.MapValue && !TakesNull(2))
        {
            return Refuse(DiagnosticRules.HelperArgument, "get_local_storage() doesn't support non-zero flags",
                $"{helper.Name} takes no flags; pass 0 in r2.", 2);
        }

        if (helper.TakesFormat && !CheckFormat(helper, facts.Text)) return false;
        if (helper.IsVariadic) ShareWhatFollows(helper);
        if (helper.ReplacesProgram) return StepTailCall();
        if (helper.Arguments.Contains(ArgumentKind.Function) && CallbackTable.Find(id) is null)
        {
            return Refuse(DiagnosticRules.NotJudged, $"{helper.Name}#{id} calls back in a way that is not judged",
                $"This version of the verifier does not judge what {helper.Name} calls back with and therefore refuses calls of it.");
        }

        if (CallbackTable.Find(id) is { } callback) return StepCallBack(callback, facts);
        FillMemory(helper, facts);
        if (helper.WritesDynptr && facts.Dynptr.Kind == DynptrKind.Frame) Facts.ChangeInput();
        if (facts.Field is not null) KeepPerCpu(facts.Released);
        if (facts.Released != 0) Release(facts.Released);
        ForgetArguments();
        if (helper.ChangesPacket || (helper.WritesDynptr && facts.Dynptr.Kind is DynptrKind.Packet or DynptrKind.Parameter))
        {
            Facts.ChangeInput();
            ForgetPacket();
        }

        return SetResult(helper, facts) && Next();
    }

    // The last arguments are the values, eight bytes each, and their size.
    private bool CheckFormat(HelperPrototype helper, ReadOnlyMemory<byte> format)
    {
        ref readonly var size = ref Registers[5];
        if (size.Bits.Value % 8 == 0 && FormatText.IsValid(format.Span, (int)(size.Bits.Value / 8))) return true;
        return Refuse(DiagnosticRules.HelperArgument, "Invalid format string",
            size.Bits.Value % 8 != 0
                ? $"The values of {helper.Name} have eight bytes each; {size.Bits.Value} bytes are passed."
                : $"'{System.Text.Encoding.ASCII.GetString(format.Span)}' is no format that {helper.Name} takes, or asks for more than the {size.Bits.Value / 8} values passed.", 3);
    }

    private bool CheckMapFits(HelperPrototype helper, int map)
    {
        if (map < 0) return true;
        var type = _maps[map].Type;
        if (helper.MapTypes.Contains(type)) return true;
        return Refuse(DiagnosticRules.HelperArgument,
            helper.ReplacesProgram ? "expected prog array map for tail call" : $"cannot pass map_type {(int)type} into func {helper.Name}#{helper.Id}",
            $"{helper.Name} does not work on '{_maps[map].Name}', which is a {type}.", 1 + ((IList<ArgumentKind>)helper.Arguments).IndexOf(ArgumentKind.ConstantMap));
    }

    // What a format reads through a pointer is not judged, but it has to be there.
    private void ShareWhatFollows(HelperPrototype helper)
    {
        for (int register = helper.Arguments.Count + 1; register <= helper.RegistersRead; register++)
            _ = ShareWhatLies(register);
    }

    private bool ShareWhatLies(int register)
    {
        ref readonly var state = ref Registers[register];
        if (state.Type != RegisterType.Stack) return true;
        long least = state.Bits.IsConstant ? state.Offset + (long)state.Bits.Value : -FrameState.StackBytes;
        Facts.ShareStack(_state.FrameAt(state.Frame).Function, (int)Math.Clamp(least, -FrameState.StackBytes, 0), 0);
        return true;
    }

    // What a helper fills is some number afterwards.
    private void FillMemory(HelperPrototype helper, CallFacts facts)
    {
        for (int index = 0; index < helper.Arguments.Count; index++)
        {
            long size = helper.Arguments[index] switch
            {
                ArgumentKind.UninitializedMemory or ArgumentKind.WritableMemory or ArgumentKind.WritableMemoryOrNull => (long)Registers[index + 2].Max,
                ArgumentKind.UninitializedMapValue => _maps[facts.Map].ValueSize,
                ArgumentKind.UninitializedFixedMemory or ArgumentKind.WritableFixedMemory => helper.FixedSizes[index],
                _ => 0,
            };
            ref readonly var pointer = ref Registers[index + 1];
            if (size == 0 || pointer.Type != RegisterType.Stack) continue;
            int from = (int)(pointer.Offset + pointer.SignedMin), end = (int)(pointer.Offset + pointer.SignedMax + size);
            Smear(_state.FrameAt(pointer.Frame), from, end);
            _observer?.Wrote(pointer.Frame, from, end);
        }
    }

    private void Release(int reference)
    {
        _state.References.RemoveAll(held => held.Id == reference);
        ForEachRegister((ref RegState register) =>
        {
            if (register.Reference == reference) register = RegState.UnknownScalar();
        });
        for (int depth = 0; depth <= _state.Depth; depth++)
        {
            foreach (ref var slot in _state.FrameAt(depth).UsedStack)
                if (slot.IsDynptr && slot.Spilled.Reference == reference) slot.Scrub();
        }
    }

    private void ForgetPacket() => ForEachRegister((ref RegState register) =>
    {
        if (register.Type is RegisterType.Packet or RegisterType.PacketMeta or RegisterType.PacketEnd || (register.Flags & PointerFlags.Packet) != 0) register = RegState.UnknownScalar();
    });

    private delegate void RegisterChange(ref RegState register);

    private void ForEachRegister(RegisterChange change)
    {
        for (int depth = 0; depth <= _state.Depth; depth++)
        {
            var frame = _state.FrameAt(depth);
            foreach (ref var register in frame.Registers.AsSpan()) change(ref register);
            foreach (ref var slot in frame.UsedStack)
                if (slot.IsFullSpill) change(ref slot.Spilled);
        }
    }

    private bool SetResult(HelperPrototype helper, CallFacts facts)
    {
        switch (helper.Return)
        {
            case ReturnKind.Void:
                return true;
            case ReturnKind.Integer:
                Registers[0] = ResultOf(helper, facts);
                return true;
            case ReturnKind.MapValueOrNull or ReturnKind.MapValue:
                Registers[0] = FoundIn(facts.Map);
                Registers[0].KeepsId = Registers[0].Type == RegisterType.MapValue && HasLock(facts.Map);
                if (Registers[0].KeepsId) Registers[0].Id = ++_nextId;
                if (helper.Return == ReturnKind.MapValue || facts.FindsAlways) Registers[0].MaybeNull = false;
                else MayBeNull(ref Registers[0], acquires: Registers[0].Type == RegisterType.Socket);
                return true;
            case ReturnKind.RingBufferMemoryOrNull:
                Registers[0] = RegState.Pointer(RegisterType.RingBufferMemory) with { Range = (int)Math.Clamp(facts.AllocationSize, 0, int.MaxValue) };
                MayBeNull(ref Registers[0], acquires: true);
                return true;
            case ReturnKind.DynptrMemoryOrNull:
                Registers[0] = MemoryOf(in facts.Dynptr, facts.AllocationSize);
                MayBeNull(ref Registers[0], acquires: false);
                return true;
            case ReturnKind.SocketOrNull:
                return SetSocket(RegisterType.Socket, helper, facts);
            case ReturnKind.SocketCommonOrNull:
                return SetSocket(RegisterType.SocketCommon, helper, facts);
            case ReturnKind.TcpSocketOrNull:
                return SetSocket(RegisterType.TcpSocket, helper, facts);
            case ReturnKind.StructureOrNull when helper.Arguments.Contains(ArgumentKind.KernelPointer):
                Registers[0] = facts.IsOwned ? LocalObject(facts.Variable, facts.Field!.Tag == SpecialFields.PerCpuTag ? PointerFlags.PerCpu : PointerFlags.None) : KernelPointer(facts.Variable, PointerFlags.None);
                MayBeNull(ref Registers[0], acquires: true);
                return true;
            case ReturnKind.Structure or ReturnKind.StructureOrNull or ReturnKind.PerCpuVariable or ReturnKind.PerCpuVariableOrNull:
                return SetKernelResult(helper, in facts);
            default:
                return Refuse(DiagnosticRules.NotJudged, $"the result of {helper.Name}#{helper.Id} is not judged",
                    $"This version of the verifier does not know what {helper.Name} returns and therefore refuses calls of it.");
        }
    }

    private RegState ResultOf(HelperPrototype helper, CallFacts facts)
    {
        var result = RegState.UnknownScalar();
        switch (helper.Result)
        {
            case ResultRange.SizeOrError:
                const int mostErrors = 4095;
                result.SignedMin = result.SignedMin32 = -mostErrors;
                result.SignedMax = (long)facts.Size;
                result.SignedMax32 = (int)facts.Size;
                result.Synchronize();
                break;
            case ResultRange.Processor when _processors > 0:
                result.Max = (ulong)(_processors - 1);
                result.Synchronize();
                break;
        }

        return result;
    }

    // What a lookup finds: a value, or the object that the value stands for.
    private RegState FoundIn(int map) => _maps[map].Type switch
    {
        MapType.ArrayOfMaps or MapType.HashOfMaps => RegState.Pointer(RegisterType.Map) with { Map = _innerMaps[map] },
        MapType.Sockmap or MapType.Sockhash => RegState.Pointer(RegisterType.Socket),
        MapType.Xskmap => RegState.Pointer(RegisterType.XdpSocket),
        _ => RegState.Pointer(RegisterType.MapValue) with { Map = map },
    };

    private void MayBeNull(ref RegState state, bool acquires)
    {
        state.MaybeNull = true;
        state.Id = ++_nextId;
        if (!acquires) return;
        state.Reference = state.Id;
        _state.References.Add((state.Id, _pc));
    }

    // What a socket is turned into lives as long as it does.
    private bool SetSocket(RegisterType type, HelperPrototype helper, CallFacts facts)
    {
        Registers[0] = RegState.Pointer(type);
        MayBeNull(ref Registers[0], helper.Acquires);
        if (!helper.Acquires && helper.KeepsReference) Registers[0].Reference = facts.Reference;
        return true;
    }

    private bool RefuseArgument(HelperPrototype helper, int register, string expected, string what)
    {
        ref readonly var state = ref Registers[register];
        bool mayBeNull = state.MaybeNull;
        return Refuse(mayBeNull ? DiagnosticRules.NullCheck : DiagnosticRules.HelperArgument, $"R{register} type={state.TypeName} expected={expected}",
            mayBeNull
                ? $"{helper.Name} takes {what} in r{register}, which may be null here."
                : $"{helper.Name} takes {what} in r{register}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", register);
    }
}
