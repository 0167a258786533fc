using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Writes IL and counts what it writes; without a generator it only counts.</summary>
/// <param name="generator">Where to.</param>
/// <param name="listing">Gets the text of what is written; null for nobody.</param>
internal sealed class IlWriter(ILGenerator? generator, List<IntermediateLine>? listing = null)
{
    private int _references, _instructions, _bytes, _blocks = 1;

    /// <summary>The BPF instruction that is being written; −1 for none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>What was written so far.</summary>
    public IlCost Cost => new(_references, _instructions, _bytes, _blocks);

    public LocalBuilder? DeclareLocal(Type type) => generator?.DeclareLocal(type);

    public Label DefineLabel() => generator?.DefineLabel() ?? default;

    public void MarkLabel(Label label)
    {
        _blocks++;
        listing?.Add(new IntermediateLine(Slot, $"L_{label.Id}:"));
        generator?.MarkLabel(label);
    }

    public void Emit(OpCode code)
    {
        Count(code, 0, null);
        generator?.Emit(code);
    }

    /// <summary>A 64-bit constant.</summary>
    public void Constant(long value)
    {
        if (value == (int)value)
        {
            Constant32((int)value);
            Emit(OpCodes.Conv_I8);
        }
        else
        {
            Count(OpCodes.Ldc_I8, 8, value);
            generator?.Emit(OpCodes.Ldc_I8, value);
        }
    }

    /// <summary>A 32-bit constant.</summary>
    public void Constant32(int value)
    {
        Count(OpCodes.Ldc_I4, 4, value);
        generator?.Emit(OpCodes.Ldc_I4, value);
    }

    public void Load(LocalBuilder? local)
    {
        _references++;
        Count(OpCodes.Ldloc_S, 1, local);
        generator?.Emit(OpCodes.Ldloc, local!);
    }

    public void Store(LocalBuilder? local)
    {
        _references++;
        Count(OpCodes.Stloc_S, 1, local);
        generator?.Emit(OpCodes.Stloc, local!);
    }

    public void LoadArgument(int index)
    {
        _references++;
        Count(OpCodes.Ldarg_S, 1, index);
        generator?.Emit(OpCodes.Ldarg, (short)index);
    }

    public void Branch(OpCode code, Label label)
    {
        _blocks++;
        Count(code, 4, label);
        generator?.Emit(code, label);
    }

    public void Call(MethodInfo method) => Call(OpCodes.Call, method);

    public void Call(OpCode code, MethodInfo method)
    {
        Count(code, 4, method);
        generator?.Emit(code, method);
    }

    public void LoadField(FieldInfo field)
    {
        Count(OpCodes.Ldfld, 4, field);
        generator?.Emit(OpCodes.Ldfld, field);
    }

    public void StoreField(FieldInfo field)
    {
        Count(OpCodes.Stfld, 4, field);
        generator?.Emit(OpCodes.Stfld, field);
    }

    /// <summary>Calls through a pointer, as a managed method does.</summary>
    public void CallIndirect(Type result, Type[] parameters)
    {
        Count(OpCodes.Calli, 4, result);
        generator?.EmitCalli(OpCodes.Calli, CallingConventions.Standard, result, parameters, null);
    }

    private void Count(OpCode code, int size, object? operand)
    {
        _instructions++;
        _bytes += code.Size + size;
        listing?.Add(new IntermediateLine(Slot, TextOf(code, operand)));
    }

    private static string TextOf(OpCode code, object? operand) => operand switch
    {
        null => code.Name!,
        LocalBuilder local => $"{code.Name} V_{local.LocalIndex}",
        Label label => $"{code.Name} L_{label.Id}",
        MemberInfo member => $"{code.Name} {member.DeclaringType?.Name}{(member.DeclaringType is null ? "" : "::")}{member.Name}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{code.Name} {operand}"),
    };
}
