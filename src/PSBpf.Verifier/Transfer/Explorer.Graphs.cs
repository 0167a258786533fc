using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>
/// Lists and trees of objects that programs make. What is put into one is owned by it: the program's pointers to it are good as long as the lock is held.
/// </content>
internal sealed partial class Explorer
{
    private const string OrderedInsertion = "bpf_rbtree_add_impl";

    // While a tree compares elements its lock is held.
    private bool IsInOrderCallback => Frame.Callback is { Kfunc: OrderedInsertion };

    /// <summary>The list or tree: in a map's value or in an object.</summary>
    private bool CheckRoot(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        ref readonly var state = ref Registers[register];
        var kind = kfunc.Arguments[index] == KfuncArgument.ListHead ? SpecialFieldKind.ListHead : SpecialFieldKind.TreeRoot;
        string name = SpecialFieldTable.Get(kind).Structure;
        if (!CheckObjectOffset(register)) return false;
        bool isValue = state is { Type: RegisterType.MapValue, MaybeNull: false };
        if (!isValue && (state.Type != RegisterType.LocalObject || state.MaybeNull || state.Flags != PointerFlags.None))
        {
            return Refuse(state.MaybeNull ? DiagnosticRules.NullCheck : DiagnosticRules.HelperArgument, $"arg#{index} expected pointer to map value or allocated object",
                $"{kfunc.Name} takes a struct {name} in r{register}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", register);
        }

        if (!isValue && state.Reference == 0) return RefuseUnowned(register);
        if (IsInOrderCallback && kind == SpecialFieldKind.ListHead)
            return Refuse(DiagnosticRules.NotJudged, $"{kfunc.Name} in rbtree cb is not judged", $"{kfunc.Name} is called while elements of a tree are compared.", register);
        if (!TypesAreTaken(register)) return false;
        if (!state.Bits.IsConstant)
            return Refuse(DiagnosticRules.SpecialField, $"R{register} doesn't have constant offset. {name} has to be at the constant offset", $"Where r{register} points is not known when the program is loaded.", register);
        var fields = isValue ? FieldsOf(state.Map) : FieldsOfObject(state.Map);
        long at = state.Offset + (long)state.Bits.Value;
        if (fields.FirstOrDefault(field => field.Kind == kind && field.Offset == at) is not { } root)
            return Refuse(DiagnosticRules.SpecialField, $"{name} not found at offset={at}", $"There is no struct {name} at byte {at} of what r{register} points to.", register);
        if (!HoldsLockOf(register, fields, name)) return false;
        if (isValue && !ReferenceEquals(_maps[state.Map].Btf, _setting.OwnTypes))
            return Refuse(DiagnosticRules.NotJudged, $"{name} of other types is not judged", $"'{_maps[state.Map].Name}' is described by other types than the program.", register);
        if (isValue) NoteMap(state.Map);
        facts.Field = root;
        return true;
    }

    /// <summary>An element's node: of one that is put in, or of one that is or may be in.</summary>
    private bool CheckNode(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        ref readonly var state = ref Registers[register];
        var argument = kfunc.Arguments[index];
        var kind = argument == KfuncArgument.ListNode ? SpecialFieldKind.ListNode : SpecialFieldKind.TreeNode;
        var root = facts.Field!;
        string name = SpecialFieldTable.Get(kind).Structure;
        if (!CheckObjectOffset(register)) return false;
        if (argument == KfuncArgument.TreeNode)
        {
            bool counts = state.Type == RegisterType.LocalObject && !state.MaybeNull && (state.Flags & PointerFlags.Untrusted) == 0 && ((state.Flags & PointerFlags.NotOwned) != 0 || state.Reference != 0);
            if (!counts)
            {
                return Refuse(DiagnosticRules.HelperArgument, $"{kfunc.Name} can only take non-owning or refcounted bpf_rb_node pointer",
                    $"{kfunc.Name} takes an element of the tree in r{register}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", register);
            }

            if (IsInOrderCallback) return Refuse(DiagnosticRules.Lock, $"{kfunc.Name} not allowed in rbtree cb", $"{kfunc.Name} is called while elements of the tree are compared.", register);
        }
        else
        {
            if (state.Type != RegisterType.LocalObject || state.MaybeNull || state.Flags != PointerFlags.None)
            {
                return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} expected pointer to allocated object",
                    $"{kfunc.Name} takes an object that the program owns in r{register}, which is {(state.IsScalar ? "a number" : (state.Flags & PointerFlags.NotOwned) != 0 ? "in a list or tree already" : "a " + state.TypeName)}.", register);
            }

            if (state.Reference == 0) return RefuseUnowned(register);
            facts.Given = state.Reference;
        }

        if (!state.Bits.IsConstant)
            return Refuse(DiagnosticRules.SpecialField, $"R{register} doesn't have constant offset. {name} has to be at the constant offset", $"Where r{register} points is not known when the program is loaded.", register);
        int at = state.Offset + (int)state.Bits.Value;
        if (!FieldsOfObject(state.Map).Any(field => field.Kind == kind && field.Offset == at))
            return Refuse(DiagnosticRules.SpecialField, $"{name} not found at offset={at}", $"There is no struct {name} at byte {at} of struct {NameOfObject(in state)}.", register, $"Pass the address of its member of type struct {name}.");
        string rootName = root.Row.Structure;
        if (state.Map != root.TypeId)
        {
            return Refuse(DiagnosticRules.SpecialField,
                $"operation on {rootName} expects arg#1 {name} at offset={root.NodeOffset} in struct {root.Structure}, but arg is at offset={at} in struct {NameOfObject(in state)}",
                $"The struct {rootName} contains objects of struct {root.Structure}, and r{register} points to a struct {NameOfObject(in state)}.", register);
        }

        if (at == root.NodeOffset) return true;
        return Refuse(DiagnosticRules.SpecialField, $"arg#1 offset={at}, but expected {name} at offset={root.NodeOffset} in struct {root.Structure}",
            $"The struct {rootName} contains objects of struct {root.Structure} by their node at byte {root.NodeOffset}, and r{register} points to byte {at}.", register);
    }

    // What is in a list or tree and has a count stays until the RCU section ends, whoever takes it out.
    private PointerFlags FlagsOfElement(int type) =>
        PointerFlags.NotOwned | (FieldsOfObject(type).Any(field => field.Kind == SpecialFieldKind.ReferenceCount) ? PointerFlags.Rcu : PointerFlags.None);

    private RegState Element(SpecialField root) => LocalObject(root.TypeId, FlagsOfElement(root.TypeId), root.NodeOffset);

    /// <summary>An element that the program owned is in the list or tree from here on.</summary>
    private void GiveAway(int reference)
    {
        if (reference == 0) return;
        _state.References.RemoveAll(held => held.Id == reference);
        ForEachRegister((ref RegState register) =>
        {
            if (register.Reference != reference) return;
            register.Reference = 0;
            register.Flags |= FlagsOfElement(register.Map);
        });
    }
}
