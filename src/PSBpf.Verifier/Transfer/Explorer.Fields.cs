using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Special fields of map values: nobody reads or writes them, and their helpers take them where they are.</content>
internal sealed partial class Explorer
{
    private readonly IReadOnlyList<SpecialField>?[] _fields;

    private IReadOnlyList<SpecialField> FieldsOf(int map) => _fields[map] ??= SpecialFields.Of(_maps[map]);

    private bool HasLock(int map) => FieldsOf(map).Any(field => field.Kind is SpecialFieldKind.SpinLock or SpecialFieldKind.ResilientSpinLock);

    /// <summary>Checks that an access to a map's value, proven to lie in it, leaves special fields alone.</summary>
    private bool AvoidsFields(int register, in RegState pointer, int offset, long size)
    {
        long least = (long)pointer.Offset + offset + pointer.SignedMin, end = (long)pointer.Offset + offset + (long)pointer.Max + size;
        foreach (var field in FieldsOf(pointer.Map))
        {
            if (least >= field.End || end <= field.Offset) continue;
            if (field.Kind == SpecialFieldKind.KernelPointer)
            {
                if (!CheckPointerField(register, in pointer, field, offset, size)) return false;
                continue;
            }

            return Refuse(DiagnosticRules.SpecialField, $"{field.Row.Structure} cannot be accessed directly by load/store",
                $"Bytes {field.Offset} to {field.End - 1} of a value of '{_maps[pointer.Map].Name}' are a struct {field.Row.Structure}, which only its helpers may touch.", register);
        }

        return true;
    }

    /// <summary>Checks an argument that points to a special field of a map's value.</summary>
    private bool CheckField(HelperPrototype helper, int register, SpecialFieldKind kind)
    {
        ref readonly var state = ref Registers[register];
        string name = SpecialFieldTable.Get(kind).Structure;
        if (kind == SpecialFieldKind.SpinLock && state is { Type: RegisterType.LocalObject, MaybeNull: false, Flags: PointerFlags.None }) return CheckFieldOfObject(register, kind);
        if (state.MaybeNull || state.Type != RegisterType.MapValue)
            return RefuseArgument(helper, register, kind == SpecialFieldKind.SpinLock ? "map_value, ptr_" : "map_value", $"a struct {name} in a map's value");
        return CheckFieldOfValue(register, kind);
    }

    private bool CheckFieldOfValue(int register, SpecialFieldKind kind)
    {
        ref readonly var state = ref Registers[register];
        string name = SpecialFieldTable.Get(kind).Structure;
        var map = _maps[state.Map];
        if (!TypesAreTaken(register)) return false;
        if (!state.Bits.IsConstant)
        {
            return Refuse(DiagnosticRules.SpecialField, $"R{register} doesn't have constant offset. {name} has to be at the constant offset",
                $"r{register} points into a value of '{map.Name}' at an offset that is not constant.", register);
        }

        if (FieldsOf(state.Map).FirstOrDefault(candidate => candidate.Kind == kind) is not { } field)
        {
            bool typed = map.ValueType is not null && FieldsOf(state.Map).Count > 0;
            return Refuse(DiagnosticRules.SpecialField, typed ? $"map '{map.Name}' has no valid {name}" : $"map '{map.Name}' has to have BTF in order to use {name}",
                $"No struct {name} is known in values of '{map.Name}'.", register, $"Declare the map's value as a structure with one struct {name}, in a map type that takes it.");
        }

        long at = state.Offset + (long)state.Bits.Value;
        if (at == field.Offset) return true;
        return Refuse(DiagnosticRules.SpecialField, $"off {at} doesn't point to 'struct {name}' that is at {field.Offset}",
            $"r{register} points to byte {at} of a value of '{map.Name}', and its struct {name} is at {field.Offset}.", register);
    }

    private bool CheckFieldOfObject(int register, SpecialFieldKind kind)
    {
        if (!CheckObjectOffset(register)) return false;
        ref readonly var state = ref Registers[register];
        string name = SpecialFieldTable.Get(kind).Structure;
        if (FieldsOfObject(state.Map).FirstOrDefault(candidate => candidate.Kind == kind) is not { } field)
        {
            return Refuse(DiagnosticRules.SpecialField, $"local 'kptr' has no valid {name}", $"struct {NameOfObject(in state)} has no struct {name}.", register);
        }

        if (state.Offset == field.Offset) return true;
        return Refuse(DiagnosticRules.SpecialField, $"off {state.Offset} doesn't point to 'struct {name}' that is at {field.Offset}",
            $"r{register} points to byte {state.Offset} of a struct {NameOfObject(in state)}, and its struct {name} is at {field.Offset}.", register);
    }

    /// <summary>The same for a kernel function.</summary>
    private bool CheckKfuncField(KfuncPrototype kfunc, int index, SpecialFieldKind kind, ref CallFacts facts)
    {
        int register = index + 1;
        if (kfunc.TakesNoNull && !IsThere(kfunc, index)) return false;
        ref readonly var state = ref Registers[register];
        bool isLock = kind == SpecialFieldKind.ResilientSpinLock;
        if (isLock && state is { Type: RegisterType.LocalObject, MaybeNull: false, Flags: PointerFlags.None }) return CheckFieldOfObject(register, kind);
        if (state.MaybeNull || state.Type != RegisterType.MapValue)
        {
            return Refuse(state.MaybeNull ? DiagnosticRules.NullCheck : DiagnosticRules.HelperArgument, isLock ? $"arg#{index} doesn't point to map value or allocated object" : $"arg#{index} doesn't point to a map value",
                $"{kfunc.Name} takes a struct {SpecialFieldTable.Get(kind).Structure} in r{register}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", register);
        }

        facts.Map = state.Map;
        if (isLock) NoteMap(state.Map);
        return CheckFieldOfValue(register, kind);
    }

    // The map in whose value the field lies that was passed before.
    private bool CheckKfuncMap(KfuncPrototype kfunc, int register)
    {
        if (kfunc.TakesNoNull && !IsThere(kfunc, register - 1)) return false;
        ref readonly var map = ref Registers[register];
        if (map.Type != RegisterType.Map || map.MaybeNull)
            return Refuse(DiagnosticRules.HelperArgument, $"pointer in R{register} isn't map pointer", $"{kfunc.Name} takes a map in r{register}, which is {(map.IsScalar ? "a number" : "a " + map.TypeName)}.", register);
        NoteMap(map.Map);
        int field = Array.FindIndex(kfunc.Arguments, argument => argument is KfuncArgument.WorkQueue or KfuncArgument.TaskWork) + 1;
        return field == 0 || CheckSameMap(field, register, kfunc.Arguments[field - 1] == KfuncArgument.WorkQueue ? "workqueue" : "bpf_task_work");
    }

    private bool CheckSameMap(int field, int register, string what)
    {
        ref readonly var timer = ref Registers[field];
        ref readonly var map = ref Registers[register];
        if (timer.Map >= _declaredMaps)
        {
            return Refuse(DiagnosticRules.NotJudged, $"{what}s of inner maps are not judged", $"This version of the verifier does not judge a {what} in maps that were found in maps.", field);
        }

        if (map.Map == timer.Map) return true;
        return Refuse(DiagnosticRules.SpecialField, $"{what} pointer in R{field} map_uid=0 doesn't match map pointer in R{register} map_uid=0",
            $"The {what} lies in a value of '{_maps[timer.Map].Name}', and the map that is passed is '{_maps[map.Map].Name}'.", register);
    }
}
