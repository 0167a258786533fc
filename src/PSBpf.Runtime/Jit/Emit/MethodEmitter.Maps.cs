using System.Reflection.Emit;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Helpers on maps that are known when the program is compiled: called directly, or emitted in place.</summary>
internal sealed partial class MethodEmitter
{
    private const int LookupElement = 1, UpdateElement = 2, DeleteElement = 3, GetSmpProcessorId = 8, RingBufferOutput = 130, RingBufferReserve = 131;

    private bool TryEmitMapHelper(int helper, int slot)
    {
        if (helper == GetSmpProcessorId)
        {
            LoadCpu();
            _il.Emit(OpCodes.Conv_U8);
            StoreRegister(0);
            return true;
        }

        int index = _input.Facts?.MapAt(slot) ?? -1;
        if (index < 0) return false;
        var map = _input.Maps[index];
        switch (helper)
        {
            case LookupElement when map is ArrayMap array:
                EmitArrayLookup(array.Spec.MaxEntries, array.Stride, array.DirectValueAddress, cpuStride: 0);
                return true;
            case LookupElement when map is PerCpuArrayMap array:
                EmitArrayLookup(array.Spec.MaxEntries, array.Stride, array.FirstValue, array.CpuStride);
                return true;
            case LookupElement:
                LoadMap(map);
                LoadPointer(2);
                LoadCpu();
                _il.Call(JitMethods.Of(map.GetType(), nameof(RuntimeMap.Lookup), inherited: true));
                StoreRegister(0);
                return true;
            case UpdateElement:
                LoadMap(map);
                LoadPointer(2);
                LoadPointer(3);
                LoadRegister(4);
                LoadCpu();
                _il.Call(JitMethods.Of(map.GetType(), nameof(RuntimeMap.Update), inherited: true));
                StoreError();
                return true;
            case DeleteElement:
                LoadMap(map);
                LoadPointer(2);
                _il.Call(JitMethods.Of(map.GetType(), nameof(RuntimeMap.Delete), inherited: true));
                StoreError();
                return true;
            case RingBufferReserve when map is RingBufferMap:
                LoadRun();
                LoadMap(map);
                LoadRegister(2);
                LoadRegister(3);
                _il.Call(JitMethods.Of(typeof(RingBufferHelpers), nameof(RingBufferHelpers.ReserveIn)));
                StoreRegister(0);
                return true;
            case RingBufferOutput when map is RingBufferMap:
                LoadRun();
                LoadMap(map);
                LoadPointer(2);
                LoadRegister(3);
                LoadRegister(4);
                _il.Call(JitMethods.Of(typeof(RingBufferHelpers), nameof(RingBufferHelpers.OutputTo)));
                StoreError();
                return true;
            default:
                return false;
        }
    }

    // values + index * stride (+ CPU * its stride) when the index is in range, else 0.
    private void EmitArrayLookup(uint count, uint stride, ulong values, ulong cpuStride)
    {
        var missing = _il.DefineLabel();
        var done = _il.DefineLabel();
        LoadPointer(2);
        _il.Emit(OpCodes.Ldind_U4);
        _il.Emit(OpCodes.Conv_U8);
        _il.Store(Address);
        _il.Load(Address);
        _il.Constant(count);
        _il.Branch(OpCodes.Bge_Un, missing);
        _il.Load(Address);
        _il.Constant(stride);
        _il.Emit(OpCodes.Mul);
        _il.Constant((long)values);
        _il.Emit(OpCodes.Add);
        if (cpuStride > 0)
        {
            LoadCpu();
            _il.Emit(OpCodes.Conv_U8);
            _il.Constant((long)cpuStride);
            _il.Emit(OpCodes.Mul);
            _il.Emit(OpCodes.Add);
        }

        StoreRegister(0);
        _il.Branch(OpCodes.Br, done);
        _il.MarkLabel(missing);
        _il.Constant(0);
        StoreRegister(0);
        _il.MarkLabel(done);
    }

    // The cell is written once, before the code exists.
    private void LoadMap(RuntimeMap map)
    {
        _il.Constant(_piece is null ? 0 : _methods.CellOf(map));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Ldind_Ref);
    }

    private void LoadCpu()
    {
        LoadRun();
        _il.LoadField(JitMethods.CpuId);
    }

    private void LoadPointer(int register)
    {
        LoadRegister(register);
        _il.Emit(OpCodes.Conv_U);
    }

    // An errno becomes the negative number that the helper returns.
    private void StoreError()
    {
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Neg);
        StoreRegister(0);
    }
}
