using System.Buffers.Binary;
using PSBpf.Isa;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// Executes a bound program, one operation at a time, every memory access checked against what the run owns.
/// The loop is one method, so that registers and pointers stay in machine registers; it has to stay below the size where
/// RyuJIT stops optimising (8000 uses of locals, 60 000 bytes of IL), which a test watches.
/// </summary>
internal static unsafe class InterpreterLoop
{
    /// <summary>Runs the program, from its first instruction or another.</summary>
    /// <param name="run">The prepared run: r1 set, stack, packet and context in place.</param>
    /// <param name="program">What to run.</param>
    /// <param name="observer">What watches.</param>
    /// <param name="start">Where to begin. It ends where the frame that is current then is left.</param>
    /// <returns>R0.</returns>
    /// <exception cref="Diagnostics.BpfException">BPF2101 and BPF2102.</exception>
    public static ulong Execute<TObserver>(RunState run, ExecutableProgram program, ref TObserver observer, int start = 0)
        where TObserver : struct, IRunObserver
    {
        var frame = run.Frame;
        ulong* r = frame->Registers;
        var code = program.Code;
        var op = code + start;
        int bottom = frame->Depth;
        long slice = run.FirstSlice();
        var blends = BlendRow.Rows;
        ulong address;
        while (true)
        {
            observer.BeforeInstruction((int)(op - code), r);
            switch (op->Form)
            {
                case Operation.Blended:
                    ulong result = BlendRow.Compute(blends + op->Blend, r[op->Destination], r[op->Source] + (ulong)op->Immediate);
                    r[op->Destination] = result & ulong.MaxValue >> op->Offset;
                    break;

                case FormId.Add64Imm: r[op->Destination] += (ulong)op->Immediate; break;
                case FormId.Add64Reg: r[op->Destination] += r[op->Source]; break;
                case FormId.Add32Imm: r[op->Destination] = (uint)r[op->Destination] + (uint)op->Immediate; break;
                case FormId.Add32Reg: r[op->Destination] = (uint)r[op->Destination] + (uint)r[op->Source]; break;
                case FormId.Sub64Imm: r[op->Destination] -= (ulong)op->Immediate; break;
                case FormId.Sub64Reg: r[op->Destination] -= r[op->Source]; break;
                case FormId.Sub32Imm: r[op->Destination] = (uint)r[op->Destination] - (uint)op->Immediate; break;
                case FormId.Sub32Reg: r[op->Destination] = (uint)r[op->Destination] - (uint)r[op->Source]; break;
                case FormId.Mul64Imm: r[op->Destination] *= (ulong)op->Immediate; break;
                case FormId.Mul64Reg: r[op->Destination] *= r[op->Source]; break;
                case FormId.Mul32Imm: r[op->Destination] = (uint)r[op->Destination] * (uint)op->Immediate; break;
                case FormId.Mul32Reg: r[op->Destination] = (uint)r[op->Destination] * (uint)r[op->Source]; break;
                case FormId.Or64Imm: r[op->Destination] |= (ulong)op->Immediate; break;
                case FormId.Or64Reg: r[op->Destination] |= r[op->Source]; break;
                case FormId.Or32Imm: r[op->Destination] = (uint)r[op->Destination] | (uint)op->Immediate; break;
                case FormId.Or32Reg: r[op->Destination] = (uint)r[op->Destination] | (uint)r[op->Source]; break;
                case FormId.And64Imm: r[op->Destination] &= (ulong)op->Immediate; break;
                case FormId.And64Reg: r[op->Destination] &= r[op->Source]; break;
                case FormId.And32Imm: r[op->Destination] = (uint)r[op->Destination] & (uint)op->Immediate; break;
                case FormId.And32Reg: r[op->Destination] = (uint)r[op->Destination] & (uint)r[op->Source]; break;
                case FormId.Xor64Imm: r[op->Destination] ^= (ulong)op->Immediate; break;
                case FormId.Xor64Reg: r[op->Destination] ^= r[op->Source]; break;
                case FormId.Xor32Imm: r[op->Destination] = (uint)r[op->Destination] ^ (uint)op->Immediate; break;
                case FormId.Xor32Reg: r[op->Destination] = (uint)r[op->Destination] ^ (uint)r[op->Source]; break;
                case FormId.Div64Imm: r[op->Destination] = Division.Divide(r[op->Destination], (ulong)op->Immediate); break;
                case FormId.Div64Reg: r[op->Destination] = Division.Divide(r[op->Destination], r[op->Source]); break;
                case FormId.Div32Imm: r[op->Destination] = Division.Divide((uint)r[op->Destination], (uint)op->Immediate); break;
                case FormId.Div32Reg: r[op->Destination] = Division.Divide((uint)r[op->Destination], (uint)r[op->Source]); break;
                case FormId.Mod64Imm: r[op->Destination] = Division.Remainder(r[op->Destination], (ulong)op->Immediate); break;
                case FormId.Mod64Reg: r[op->Destination] = Division.Remainder(r[op->Destination], r[op->Source]); break;
                case FormId.Mod32Imm: r[op->Destination] = Division.Remainder((uint)r[op->Destination], (uint)op->Immediate); break;
                case FormId.Mod32Reg: r[op->Destination] = Division.Remainder((uint)r[op->Destination], (uint)r[op->Source]); break;
                case FormId.Sdiv64Imm: r[op->Destination] = Division.DivideSigned(r[op->Destination], (ulong)op->Immediate); break;
                case FormId.Sdiv64Reg: r[op->Destination] = Division.DivideSigned(r[op->Destination], r[op->Source]); break;
                case FormId.Sdiv32Imm: r[op->Destination] = Division.DivideSigned((uint)r[op->Destination], (uint)op->Immediate); break;
                case FormId.Sdiv32Reg: r[op->Destination] = Division.DivideSigned((uint)r[op->Destination], (uint)r[op->Source]); break;
                case FormId.Smod64Imm: r[op->Destination] = Division.RemainderSigned(r[op->Destination], (ulong)op->Immediate); break;
                case FormId.Smod64Reg: r[op->Destination] = Division.RemainderSigned(r[op->Destination], r[op->Source]); break;
                case FormId.Smod32Imm: r[op->Destination] = Division.RemainderSigned((uint)r[op->Destination], (uint)op->Immediate); break;
                case FormId.Smod32Reg: r[op->Destination] = Division.RemainderSigned((uint)r[op->Destination], (uint)r[op->Source]); break;
                case FormId.Lsh64Imm: r[op->Destination] <<= (int)op->Immediate; break;
                case FormId.Lsh64Reg: r[op->Destination] <<= (int)r[op->Source]; break;
                case FormId.Lsh32Imm: r[op->Destination] = (uint)r[op->Destination] << (int)op->Immediate; break;
                case FormId.Lsh32Reg: r[op->Destination] = (uint)r[op->Destination] << (int)r[op->Source]; break;
                case FormId.Rsh64Imm: r[op->Destination] >>= (int)op->Immediate; break;
                case FormId.Rsh64Reg: r[op->Destination] >>= (int)r[op->Source]; break;
                case FormId.Rsh32Imm: r[op->Destination] = (uint)r[op->Destination] >> (int)op->Immediate; break;
                case FormId.Rsh32Reg: r[op->Destination] = (uint)r[op->Destination] >> (int)r[op->Source]; break;
                case FormId.Arsh64Imm: r[op->Destination] = (ulong)((long)r[op->Destination] >> (int)op->Immediate); break;
                case FormId.Arsh64Reg: r[op->Destination] = (ulong)((long)r[op->Destination] >> (int)r[op->Source]); break;
                case FormId.Arsh32Imm: r[op->Destination] = (uint)((int)r[op->Destination] >> (int)op->Immediate); break;
                case FormId.Arsh32Reg: r[op->Destination] = (uint)((int)r[op->Destination] >> (int)r[op->Source]); break;
                case FormId.Mov64Imm: r[op->Destination] = (ulong)op->Immediate; break;
                case FormId.Mov64Reg: r[op->Destination] = r[op->Source]; break;
                case FormId.Mov32Imm: r[op->Destination] = (uint)op->Immediate; break;
                case FormId.Mov32Reg: r[op->Destination] = (uint)r[op->Source]; break;
                case FormId.Neg64: r[op->Destination] = 0 - r[op->Destination]; break;
                case FormId.Neg32: r[op->Destination] = 0 - (uint)r[op->Destination]; break;
                case FormId.Movsx64From8: r[op->Destination] = (ulong)(sbyte)r[op->Source]; break;
                case FormId.Movsx64From16: r[op->Destination] = (ulong)(short)r[op->Source]; break;
                case FormId.Movsx64From32: r[op->Destination] = (ulong)(int)r[op->Source]; break;
                case FormId.Movsx32From8: r[op->Destination] = (uint)(sbyte)r[op->Source]; break;
                case FormId.Movsx32From16: r[op->Destination] = (uint)(short)r[op->Source]; break;
                case FormId.Le16: r[op->Destination] = (ushort)r[op->Destination]; break;
                case FormId.Le32: r[op->Destination] = (uint)r[op->Destination]; break;
                case FormId.Le64: break;
                case FormId.Be16: r[op->Destination] = BinaryPrimitives.ReverseEndianness((ushort)r[op->Destination]); break;
                case FormId.Be32: r[op->Destination] = BinaryPrimitives.ReverseEndianness((uint)r[op->Destination]); break;
                case FormId.Be64: r[op->Destination] = BinaryPrimitives.ReverseEndianness(r[op->Destination]); break;
                case FormId.Bswap16: r[op->Destination] = BinaryPrimitives.ReverseEndianness((ushort)r[op->Destination]); break;
                case FormId.Bswap32: r[op->Destination] = BinaryPrimitives.ReverseEndianness((uint)r[op->Destination]); break;
                case FormId.Bswap64: r[op->Destination] = BinaryPrimitives.ReverseEndianness(r[op->Destination]); break;
                case FormId.Jeq64Imm: if (r[op->Destination] == (ulong)op->Immediate) goto Taken; break;
                case FormId.Jeq64Reg: if (r[op->Destination] == r[op->Source]) goto Taken; break;
                case FormId.Jeq32Imm: if ((uint)r[op->Destination] == (uint)op->Immediate) goto Taken; break;
                case FormId.Jeq32Reg: if ((uint)r[op->Destination] == (uint)r[op->Source]) goto Taken; break;
                case FormId.Jne64Imm: if (r[op->Destination] != (ulong)op->Immediate) goto Taken; break;
                case FormId.Jne64Reg: if (r[op->Destination] != r[op->Source]) goto Taken; break;
                case FormId.Jne32Imm: if ((uint)r[op->Destination] != (uint)op->Immediate) goto Taken; break;
                case FormId.Jne32Reg: if ((uint)r[op->Destination] != (uint)r[op->Source]) goto Taken; break;
                case FormId.Jgt64Imm: if (r[op->Destination] > (ulong)op->Immediate) goto Taken; break;
                case FormId.Jgt64Reg: if (r[op->Destination] > r[op->Source]) goto Taken; break;
                case FormId.Jgt32Imm: if ((uint)r[op->Destination] > (uint)op->Immediate) goto Taken; break;
                case FormId.Jgt32Reg: if ((uint)r[op->Destination] > (uint)r[op->Source]) goto Taken; break;
                case FormId.Jge64Imm: if (r[op->Destination] >= (ulong)op->Immediate) goto Taken; break;
                case FormId.Jge64Reg: if (r[op->Destination] >= r[op->Source]) goto Taken; break;
                case FormId.Jge32Imm: if ((uint)r[op->Destination] >= (uint)op->Immediate) goto Taken; break;
                case FormId.Jge32Reg: if ((uint)r[op->Destination] >= (uint)r[op->Source]) goto Taken; break;
                case FormId.Jlt64Imm: if (r[op->Destination] < (ulong)op->Immediate) goto Taken; break;
                case FormId.Jlt64Reg: if (r[op->Destination] < r[op->Source]) goto Taken; break;
                case FormId.Jlt32Imm: if ((uint)r[op->Destination] < (uint)op->Immediate) goto Taken; break;
                case FormId.Jlt32Reg: if ((uint)r[op->Destination] < (uint)r[op->Source]) goto Taken; break;
                case FormId.Jle64Imm: if (r[op->Destination] <= (ulong)op->Immediate) goto Taken; break;
                case FormId.Jle64Reg: if (r[op->Destination] <= r[op->Source]) goto Taken; break;
                case FormId.Jle32Imm: if ((uint)r[op->Destination] <= (uint)op->Immediate) goto Taken; break;
                case FormId.Jle32Reg: if ((uint)r[op->Destination] <= (uint)r[op->Source]) goto Taken; break;
                case FormId.Jsgt64Imm: if ((long)r[op->Destination] > op->Immediate) goto Taken; break;
                case FormId.Jsgt64Reg: if ((long)r[op->Destination] > (long)r[op->Source]) goto Taken; break;
                case FormId.Jsgt32Imm: if ((int)r[op->Destination] > (int)op->Immediate) goto Taken; break;
                case FormId.Jsgt32Reg: if ((int)r[op->Destination] > (int)r[op->Source]) goto Taken; break;
                case FormId.Jsge64Imm: if ((long)r[op->Destination] >= op->Immediate) goto Taken; break;
                case FormId.Jsge64Reg: if ((long)r[op->Destination] >= (long)r[op->Source]) goto Taken; break;
                case FormId.Jsge32Imm: if ((int)r[op->Destination] >= (int)op->Immediate) goto Taken; break;
                case FormId.Jsge32Reg: if ((int)r[op->Destination] >= (int)r[op->Source]) goto Taken; break;
                case FormId.Jslt64Imm: if ((long)r[op->Destination] < op->Immediate) goto Taken; break;
                case FormId.Jslt64Reg: if ((long)r[op->Destination] < (long)r[op->Source]) goto Taken; break;
                case FormId.Jslt32Imm: if ((int)r[op->Destination] < (int)op->Immediate) goto Taken; break;
                case FormId.Jslt32Reg: if ((int)r[op->Destination] < (int)r[op->Source]) goto Taken; break;
                case FormId.Jsle64Imm: if ((long)r[op->Destination] <= op->Immediate) goto Taken; break;
                case FormId.Jsle64Reg: if ((long)r[op->Destination] <= (long)r[op->Source]) goto Taken; break;
                case FormId.Jsle32Imm: if ((int)r[op->Destination] <= (int)op->Immediate) goto Taken; break;
                case FormId.Jsle32Reg: if ((int)r[op->Destination] <= (int)r[op->Source]) goto Taken; break;
                case FormId.Jset64Imm: if ((r[op->Destination] & (ulong)op->Immediate) != 0) goto Taken; break;
                case FormId.Jset64Reg: if ((r[op->Destination] & r[op->Source]) != 0) goto Taken; break;
                case FormId.Jset32Imm: if (((uint)r[op->Destination] & (uint)op->Immediate) != 0) goto Taken; break;
                case FormId.Jset32Reg: if (((uint)r[op->Destination] & (uint)r[op->Source]) != 0) goto Taken; break;
                case FormId.Ja or FormId.Gotol: goto Taken;

                case FormId.Ldxb:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 1, write: false);
                    r[op->Destination] = RunFrame.IsReadable(frame, address, 1) ? *(byte*)address : run.Load(address, 1, (int)(op - code));
                    break;

                case FormId.Ldxh:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 2, write: false);
                    r[op->Destination] = RunFrame.IsReadable(frame, address, 2) ? *(ushort*)address : run.Load(address, 2, (int)(op - code));
                    break;

                case FormId.Ldxw:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 4, write: false);
                    r[op->Destination] = RunFrame.IsReadable(frame, address, 4) ? *(uint*)address : run.Load(address, 4, (int)(op - code));
                    break;

                case FormId.Ldxdw:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 8, write: false);
                    r[op->Destination] = RunFrame.IsReadable(frame, address, 8) ? *(ulong*)address : run.Load(address, 8, (int)(op - code));
                    break;

                case FormId.Ldxsb:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 1, write: false);
                    r[op->Destination] = (ulong)(sbyte)(RunFrame.IsReadable(frame, address, 1) ? *(byte*)address : run.Load(address, 1, (int)(op - code)));
                    break;

                case FormId.Ldxsh:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 2, write: false);
                    r[op->Destination] = (ulong)(short)(RunFrame.IsReadable(frame, address, 2) ? *(ushort*)address : run.Load(address, 2, (int)(op - code)));
                    break;

                case FormId.Ldxsw:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 4, write: false);
                    r[op->Destination] = (ulong)(int)(RunFrame.IsReadable(frame, address, 4) ? *(uint*)address : run.Load(address, 4, (int)(op - code)));
                    break;

                case FormId.Stb:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 1, write: true);
                    if (RunFrame.IsWritable(frame, address, 1)) *(byte*)address = (byte)op->Immediate;
                    else run.Store(address, 1, (ulong)op->Immediate, (int)(op - code));
                    break;

                case FormId.Stxb:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 1, write: true);
                    if (RunFrame.IsWritable(frame, address, 1)) *(byte*)address = (byte)r[op->Source];
                    else run.Store(address, 1, r[op->Source], (int)(op - code));
                    break;

                case FormId.Sth:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 2, write: true);
                    if (RunFrame.IsWritable(frame, address, 2)) *(ushort*)address = (ushort)op->Immediate;
                    else run.Store(address, 2, (ulong)op->Immediate, (int)(op - code));
                    break;

                case FormId.Stxh:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 2, write: true);
                    if (RunFrame.IsWritable(frame, address, 2)) *(ushort*)address = (ushort)r[op->Source];
                    else run.Store(address, 2, r[op->Source], (int)(op - code));
                    break;

                case FormId.Stw:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 4, write: true);
                    if (RunFrame.IsWritable(frame, address, 4)) *(uint*)address = (uint)op->Immediate;
                    else run.Store(address, 4, (ulong)op->Immediate, (int)(op - code));
                    break;

                case FormId.Stxw:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 4, write: true);
                    if (RunFrame.IsWritable(frame, address, 4)) *(uint*)address = (uint)r[op->Source];
                    else run.Store(address, 4, r[op->Source], (int)(op - code));
                    break;

                case FormId.Stdw:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 8, write: true);
                    if (RunFrame.IsWritable(frame, address, 8)) *(ulong*)address = (ulong)op->Immediate;
                    else run.Store(address, 8, (ulong)op->Immediate, (int)(op - code));
                    break;

                case FormId.Stxdw:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, 8, write: true);
                    if (RunFrame.IsWritable(frame, address, 8)) *(ulong*)address = r[op->Source];
                    else run.Store(address, 8, r[op->Source], (int)(op - code));
                    break;

                case FormId.Lddw or FormId.LddwMapIndex or FormId.LddwMapIndexValue:
                    r[op->Destination] = (ulong)op->Immediate;
                    op++;
                    break;

                case FormId.Ldabsb or FormId.Ldabsh or FormId.Ldabsw:
                    if (!run.LoadPacket(op->Form - FormId.Ldabsb, (int)op->Immediate, (int)(op - code))) goto Missed;
                    break;

                case FormId.Ldindb or FormId.Ldindh or FormId.Ldindw:
                    if (!run.LoadPacket(op->Form - FormId.Ldindb, (int)r[op->Source] + (int)op->Immediate, (int)(op - code))) goto Missed;
                    break;

                case >= FormId.AtomicAdd64 and <= FormId.AtomicCmpxchg32:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, (int)AtomicOperations.SizeOf(op->Form), write: true);
                    if (!RunFrame.IsWritable(frame, address, AtomicOperations.SizeOf(op->Form)) || (address & (AtomicOperations.SizeOf(op->Form) - 1)) != 0)
                        run.CheckAtomic(address, AtomicOperations.SizeOf(op->Form), write: true, (int)(op - code));
                    AtomicOperations.Execute(op, address, r);
                    break;

                case >= FormId.LoadAcquireb and <= FormId.LoadAcquiredw:
                    address = r[op->Source] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, (int)AtomicOperations.SizeOf(op->Form), write: false);
                    run.CheckAtomic(address, AtomicOperations.SizeOf(op->Form), write: false, (int)(op - code));
                    r[op->Destination] = AtomicOperations.LoadAcquire(op->Form, address);
                    break;

                case >= FormId.StoreReleaseb and <= FormId.StoreReleasedw:
                    address = r[op->Destination] + (ulong)op->Offset;
                    observer.OnAccess((int)(op - code), address, (int)AtomicOperations.SizeOf(op->Form), write: true);
                    run.CheckAtomic(address, AtomicOperations.SizeOf(op->Form), write: true, (int)(op - code));
                    AtomicOperations.StoreRelease(op->Form, address, r[op->Source]);
                    break;

                case FormId.MayGoto:
                    if (frame->MayGoto == 0) goto Taken;
                    frame->MayGoto--;
                    break;

                case FormId.CallHelper:
                    run.Instruction = (int)(op - code);
                    r[0] = run.CallHelper((int)op->Immediate, r);
                    observer.OnHelper((int)(op - code), (int)op->Immediate, r);
                    break;

                case FormId.CallReg:
                    run.Instruction = (int)(op - code);
                    int helper = (int)r[op->Destination];
                    r[0] = run.CallHelperThrough(op->Destination, r);
                    observer.OnHelper((int)(op - code), helper, r);
                    break;

                case FormId.CallFunction:
                    run.EnterFunction((int)(op - code));
                    if (--slice < 0) slice = run.NextSlice(slice, (int)(op - code));
                    op = code + op->Offset;
                    continue;

                case Operation.CallBack:
                    int entered = run.StepCallback((int)(op - code), (int)op->Immediate);
                    if (entered < 0)
                    {
                        observer.OnHelper((int)(op - code), (int)op->Immediate, r);
                        break;
                    }

                    if (--slice < 0) slice = run.NextSlice(slice, (int)(op - code));
                    op = code + entered;
                    continue;

                case Operation.TailCall:
                    if (!run.TailCall((int)(op - code)))
                    {
                        observer.OnHelper((int)(op - code), (int)op->Immediate, r);
                        break;
                    }

                    op = code = run.Program.Code;
                    observer.OnProgram(run.Program);
                    if (--slice < 0) slice = run.NextSlice(slice, 0);
                    continue;

                case FormId.Exit: goto Return;

                default:
                    throw run.UnknownOperation((int)(op - code));
            }

            op++;
            continue;

        Missed:
            r[0] = 0;

        Return:
            if (frame->Depth == bottom)
            {
                run.Fuel = slice;
                return r[0];
            }

            if (frame->Depth == frame->ReplacedDepth)
            {
                code = run.ResumeWaiting().Code;
                observer.OnProgram(run.Program);
            }

            op = code + run.LeaveFunction();
            continue;

        Taken:
            if (op->Offset <= op - code)
            {
                slice -= (int)(op - code) - op->Offset + 1;
                if (slice < 0) slice = run.NextSlice(slice, (int)(op - code));
            }

            op = code + op->Offset;
        }
    }
}
