using System.Reflection;
using System.Reflection.Emit;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Writes IL and counts what it writes; without a generator it only counts.</summary>
internal sealed class IlWriter(ILGenerator? generator)
{
    private int _references, _instructions, _bytes, _blocks = 1;

    /// <summary>What was written so far.</summary>
    public IlCost Cost => new(_references, _instructions, _bytes, _blocks);

    public LocalBuilder? DeclareLocal(Type type) => generator?.DeclareLocal(type);

    public Label DefineLabel() => generator?.DefineLabel() ?? default;

    public void MarkLabel(Label label)
    {
        _blocks++;
        generator?.MarkLabel(label);
    }

    public void Emit(OpCode code)
    {
        Count(code, 0);
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
            Count(OpCodes.Ldc_I8, 8);
            generator?.Emit(OpCodes.Ldc_I8, value);
        }
    }

    /// <summary>A 32-bit constant.</summary>
    public void Constant32(int value)
    {
        Count(OpCodes.Ldc_I4, 4);
        generator?.Emit(OpCodes.Ldc_I4, value);
    }

    public void Load(LocalBuilder? local)
    {
        _references++;
        Count(OpCodes.Ldloc_S, 1);
        generator?.Emit(OpCodes.Ldloc, local!);
    }

    public void Store(LocalBuilder? local)
    {
        _references++;
        Count(OpCodes.Stloc_S, 1);
        generator?.Emit(OpCodes.Stloc, local!);
    }

    public void LoadArgument(int index)
    {
        _references++;
        Count(OpCodes.Ldarg_S, 1);
        generator?.Emit(OpCodes.Ldarg, (short)index);
    }

    public void Branch(OpCode code, Label label)
    {
        _blocks++;
        Count(code, 4);
        generator?.Emit(code, label);
    }

    public void Call(MethodInfo method) => Call(OpCodes.Call, method);

    public void Call(OpCode code, MethodInfo method)
    {
        Count(code, 4);
        generator?.Emit(code, method);
    }

    public void LoadField(FieldInfo field)
    {
        Count(OpCodes.Ldfld, 4);
        generator?.Emit(OpCodes.Ldfld, field);
    }

    public void StoreField(FieldInfo field)
    {
        Count(OpCodes.Stfld, 4);
        generator?.Emit(OpCodes.Stfld, field);
    }

    /// <summary>Calls through a pointer, as a managed method does.</summary>
    public void CallIndirect(Type result, Type[] parameters)
    {
        Count(OpCodes.Calli, 4);
        generator?.EmitCalli(OpCodes.Calli, CallingConventions.Standard, result, parameters, null);
    }

    private void Count(OpCode code, int operand)
    {
        _instructions++;
        _bytes += code.Size + operand;
    }
}
