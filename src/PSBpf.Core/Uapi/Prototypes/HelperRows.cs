using static PSBpf.Uapi.ArgumentKind;
using static PSBpf.Uapi.MapType;
using static PSBpf.Uapi.ProgramType;

namespace PSBpf.Uapi;

/// <summary>The rows of <see cref="HelperTable"/>, and the words they are written with.</summary>
internal static class HelperRows
{
    private static readonly ProgramType[] Tracers = [Kprobe, Tracepoint, ProgramType.PerfEvent, RawTracepoint, RawTracepointWritable, Tracing, Lsm, ProgramType.Syscall];

    private static readonly ProgramType[] Classifiers = [SchedCls, SchedAct];

    private static readonly ProgramType[] Tunnels = [LwtIn, LwtOut, LwtXmit, LwtSeg6Local];

    private static readonly ProgramType[] CgroupTypes = [CgroupSkb, CgroupSock, SockOps, ProgramType.CgroupDevice, CgroupSockAddr, ProgramType.CgroupSysctl, CgroupSockopt, Lsm];

    // What cannot load on the machine that was asked (infrared, extensions, LSM, struct_ops) keeps the general rule: tracing may, the others may not.
    private static readonly ProgramType[] PerfOutputTypes =
    [
        SocketFilter, .. Classifiers, Xdp, CgroupSkb, CgroupSock, .. Tunnels, SockOps, SkSkb, ProgramType.CgroupDevice, SkMsg, CgroupSockAddr,
        ProgramType.CgroupSysctl, CgroupSockopt, ProgramType.SkLookup, .. Tracers,
    ];

    private static readonly ProgramType[] CoarseClockTypes =
    [
        SocketFilter, .. Classifiers, Xdp, CgroupSkb, CgroupSock, .. Tunnels, SockOps, SkSkb, SkMsg, CgroupSockAddr, SkReuseport, ProgramType.FlowDissector,
        ProgramType.CgroupSysctl, ProgramType.SkLookup, Lsm, ProgramType.StructOps, Ext, ProgramType.LircMode2,
    ];

    private static readonly ProgramType[] SocketCastTypes =
    [
        SocketFilter, .. Classifiers, Xdp, CgroupSkb, .. Tunnels, SockOps, SkSkb, SkMsg, CgroupSockAddr, ProgramType.FlowDissector, ProgramType.SkLookup,
        ProgramType.Syscall, Tracing, Lsm,
    ];

    private static readonly AttachType[] RetvalHooks =
    [
        AttachType.CgroupInetSockCreate, AttachType.CgroupInetSockRelease, AttachType.CgroupInet4PostBind, AttachType.CgroupInet6PostBind,
        AttachType.CgroupInet4Bind, AttachType.CgroupInet6Bind, AttachType.CgroupInet4Connect, AttachType.CgroupInet6Connect, AttachType.CgroupUnixConnect,
        AttachType.CgroupUdp4Sendmsg, AttachType.CgroupUdp6Sendmsg, AttachType.CgroupUnixSendmsg, AttachType.CgroupGetsockopt, AttachType.CgroupSetsockopt,
        AttachType.LsmCgroup, default,
    ];

    // Attach types whose programs are called in a function's place, with its arguments.
    private static readonly AttachType[] Trampolines = [AttachType.TraceFentry, AttachType.TraceFexit, AttachType.ModifyReturn, AttachType.LsmMac];

    private static readonly MapType[] Keyed = [Hash, MapType.Array, PerCpuHash, PerCpuArray, LruHash, LruPerCpuHash, LpmTrie];

    // Where sockets are put into maps and taken out as values.
    private static readonly ProgramType[] SocketMapTypes = [SocketFilter, .. Classifiers, Xdp, SkReuseport, ProgramType.FlowDissector, ProgramType.SkLookup, Tracing];

    private static readonly MapType[] LookedUp = [.. Keyed, ArrayOfMaps, HashOfMaps, Sockmap, Sockhash, Xskmap, Devmap, DevmapHash];

    private static readonly MapType[] Iterated = [Hash, LruHash, PerCpuHash, LruPerCpuHash, MapType.Array, PerCpuArray];

    private static readonly MapType[] Values = [MapType.Queue, MapType.Stack];

    // By id, as enum bpf_func_id counts. Helpers whose arguments depend on the program type have a row for each form.
    public static readonly HelperPrototype[] All =
    [
        Row(1, ReturnKind.MapValueOrNull, ConstantMap, MapKey).FromPacket().On(LookedUp),
        Number(2, ConstantMap, MapKey, ArgumentKind.MapValue, Anything).In(SocketMapTypes).FromPacket().On([.. Keyed, Sockmap, Sockhash]),
        Number(2, ConstantMap, MapKey, ArgumentKind.MapValue, Anything).FromPacket().On(Keyed),
        Number(3, ConstantMap, MapKey).In([.. SocketMapTypes, SockOps]).FromPacket().On([.. Keyed, Sockmap, Sockhash]),
        Number(3, ConstantMap, MapKey).FromPacket().On(Keyed),
        Number(4, UninitializedMemory, SizeOrZero, Anything).In(Tracers).Gpl(),
        Number(5),
        Number(6, Memory, Size).Gpl() with { IsVariadic = true },
        Number(7),
        Number(8) with { Result = ResultRange.Processor },
        Number(9, Context, Anything, Memory, Size, Anything).In([.. Classifiers, LwtXmit, SkSkb]).MovesPacket(),
        Number(10, Context, Anything, Anything, Anything, Anything).In([.. Classifiers, LwtXmit]).MovesPacket(),
        Number(11, Context, Anything, Anything, Anything, Anything).In([.. Classifiers, LwtXmit]).MovesPacket(),
        Row(12, ReturnKind.Void, Context, ConstantMap, Anything).On(ProgArray) with { ReplacesProgram = true },
        Number(13, Context, Anything, Anything).In([.. Classifiers, LwtXmit]).MovesPacket(),
        Number(14),
        Number(15),
        Number(16, UninitializedMemory, Size),
        Number(17, Context).In([.. Classifiers, .. Tunnels]),
        Number(17).In([.. Enum.GetValues<ProgramType>().Except(Classifiers).Except(Tunnels)]),
        Number(18, Context, Anything, Anything).In(Classifiers).MovesPacket(),
        Number(19, Context).In(Classifiers).MovesPacket(),
        Number(20, Context, UninitializedMemory, Size, Anything).In([.. Classifiers, LwtXmit]),
        Number(21, Context, Memory, Size, Anything).In([.. Classifiers, LwtXmit]),
        Number(22, ConstantMap, Anything).Gpl().On(PerfEventArray),
        Number(23, Anything, Anything).In([.. Classifiers, Xdp, LwtXmit]),
        Number(24, Context).In([.. Classifiers, .. Tunnels]),
        Number(25, Context, ConstantMap, Anything, Memory, SizeOrZero).In(PerfOutputTypes).Gpl().On(PerfEventArray),
        Number(26, Context, Anything, UninitializedMemory, Size).In([SocketFilter, .. Classifiers, CgroupSkb, .. Tunnels, SkSkb, SkReuseport, ProgramType.FlowDissector]),
        Number(27, Context, ConstantMap, Anything).In([.. Tracers.Except([ProgramType.PerfEvent])]).Gpl().On(StackTrace),
        Number(27, Context, ConstantMap, Anything).In(ProgramType.PerfEvent).On(StackTrace),
        Number(28, MemoryOrNull, SizeOrZero, MemoryOrNull, SizeOrZero, Anything).FromPacket().In([.. Classifiers, Xdp, .. Tunnels]),
        Number(29, Context, UninitializedMemory, Size).In([.. Classifiers, LwtXmit]),
        Number(30, Context, Memory, Size).In([.. Classifiers, LwtXmit]),
        Number(31, Context, Anything, Anything).In(Classifiers).MovesPacket(),
        Number(32, Context, Anything).In(Classifiers),
        Number(33, Context, ConstantMap, Anything).In([.. Classifiers, .. Tunnels]).On(CgroupArray),
        Number(34, Context).In([.. Classifiers, .. Tunnels]),
        Number(35).Gpl(),
        Number(36, Anything, Memory, Size).In(Tracers).Gpl(),
        Number(37, ConstantMap, Anything).On(CgroupArray),
        Number(38, Context, Anything, Anything).In([.. Classifiers, LwtXmit, SkSkb]).MovesPacket(),
        Number(39, Context, Anything).In([.. Classifiers, .. Tunnels, SkSkb]).MovesPacket(),
        Number(40, Context, Anything).In([.. Classifiers, LwtXmit]),
        Number(41, Context).In([.. Classifiers, LwtXmit]),
        Number(42),
        Number(43, Context, Anything, Anything).In([.. Classifiers, LwtXmit, SkSkb]).MovesPacket(),
        Number(44, Context, Anything).In(Xdp).MovesPacket(),
        Number(45, UninitializedMemory, SizeOrZero, Anything).In(Tracers).Gpl().Counts(),
        Number(46, Context).In([SocketFilter, .. Classifiers, CgroupSkb, CgroupSock, SockOps, SkSkb, CgroupSockAddr]),
        Number(46, AnySocketOrNull).In(SkReuseport, Tracing, Lsm, ProgramType.Syscall),
        Number(47, Context).In([SocketFilter, .. Classifiers, CgroupSkb, SkSkb]),
        Number(48, Context, Anything).In(Classifiers),
        Number(49, Context, Anything, Anything, Memory, Size).In(SockOps, CgroupSockAddr),
        Number(49, AnySocket, Anything, Anything, Memory, Size).In(CgroupSockopt).When(AttachType.CgroupSetsockopt).FromPacket(),
        Number(49, AnySocket, Anything, Anything, Memory, Size).In(Lsm, Tracing, ProgramType.StructOps).When(AttachType.TraceIter, AttachType.LsmCgroup, default),
        Number(50, Context, Anything, Anything, Anything).In([.. Classifiers, SkSkb]).MovesPacket(),
        Number(51, ConstantMap, Anything, Anything).In(Xdp).On(Devmap, DevmapHash, Cpumap, Xskmap),
        Number(52, Context, ConstantMap, Anything, Anything).In(SkSkb).On(Sockmap),
        Number(53, Context, ConstantMap, MapKey, Anything).In(SockOps).FromPacket().On(Sockmap),
        Number(54, Context, Anything).In(Xdp).MovesPacket(),
        Number(55, ConstantMap, Anything, UninitializedMemory, Size).Gpl().On(PerfEventArray),
        Number(56, Context, UninitializedMemory, Size).In(ProgramType.PerfEvent).Gpl(),
        Number(57, Context, Anything, Anything, UninitializedMemory, Size).In(SockOps, CgroupSockAddr),
        Number(57, AnySocket, Anything, Anything, UninitializedMemory, Size).In(CgroupSockopt).When(AttachType.CgroupSetsockopt).FromPacket(),
        Number(57, AnySocket, Anything, Anything, UninitializedMemory, Size).In(Lsm, Tracing, ProgramType.StructOps).When(AttachType.TraceIter, AttachType.LsmCgroup, default),
        Number(58, Context, Anything).In(Kprobe).Gpl(),
        Number(59, Context, Anything).In(SockOps),
        Number(60, Context, ConstantMap, Anything, Anything).In(SkMsg).On(Sockmap),
        Number(61, Context, Anything).In(SkMsg),
        Number(62, Context, Anything).In(SkMsg),
        Number(63, Context, Anything, Anything, Anything).In(SkMsg).MovesPacket(),
        Number(64, Context, Memory, Size).In(CgroupSockAddr).When(AttachType.CgroupInet4Connect, AttachType.CgroupInet6Connect),
        Number(65, Context, Anything).In(Xdp).MovesPacket(),
        Number(66, Context, Anything, UninitializedMemory, Size, Anything).In(Classifiers),
        Number(67, Context, UninitializedMemory, SizeOrZero, Anything).In(Tracers).Gpl().Counts(),
        Number(68, Context, Anything, UninitializedMemory, Size, Anything).In([SocketFilter, .. Classifiers, CgroupSkb, SkReuseport]),
        Number(69, Context, WritableMemory, Size, Anything).In([.. Classifiers, Xdp]).Gpl(),
        Number(70, Context, ConstantMap, MapKey, Anything).In(SockOps).FromPacket().On(Sockhash),
        Number(71, Context, ConstantMap, MapKey, Anything).In(SkMsg).On(Sockhash),
        Number(72, Context, ConstantMap, MapKey, Anything).In(SkSkb).On(Sockhash),
        Number(73, Context, Anything, Memory, Size).In(LwtIn, LwtXmit).MovesPacket(),
        Number(74, Context, Anything, Memory, Size).In(LwtSeg6Local).MovesPacket(),
        Number(75, Context, Anything, Anything).In(LwtSeg6Local).MovesPacket(),
        Number(76, Context, Anything, Memory, Size).In(LwtSeg6Local).MovesPacket(),
        Number(77, Context).In(ProgramType.LircMode2).Gpl(),
        Number(78, Context, Anything, Anything, Anything).In(ProgramType.LircMode2).Gpl(),
        Number(79, Context).In([.. Classifiers, CgroupSkb]),
        Number(80),
        Row(81, ReturnKind.MapValue, ConstantMap, Anything).In(CgroupTypes).On(CgroupStorage, PerCpuCgroupStorage),
        Number(82, Context, ConstantMap, MapKey, Anything).In(SkReuseport).On(ReuseportSockArray, Sockmap, Sockhash),
        Number(83, Context, Anything).In([.. Classifiers, CgroupSkb]),
        Row(84, ReturnKind.SocketOrNull, Context, Memory, SizeOrZero, Anything, Anything).In([.. Classifiers, Xdp, CgroupSkb, SkSkb, CgroupSockAddr]).FromPacket().Acquiring(),
        Row(85, ReturnKind.SocketOrNull, Context, Memory, SizeOrZero, Anything, Anything).In([.. Classifiers, Xdp, CgroupSkb, SkSkb, CgroupSockAddr]).FromPacket().Acquiring(),
        Number(86, ReleasedSocket).In([.. Classifiers, Xdp, CgroupSkb, SkSkb, CgroupSockAddr, ProgramType.SkLookup]),
        Number(87, ConstantMap, ArgumentKind.MapValue, Anything).FromPacket().On([.. Values, BloomFilter]),
        Number(88, ConstantMap, UninitializedMapValue).On(Values),
        Number(89, ConstantMap, UninitializedMapValue).On([.. Values, BloomFilter]),
        Number(90, Context, Anything, Anything, Anything).In(SkMsg).MovesPacket(),
        Number(91, Context, Anything, Anything, Anything).In(SkMsg).MovesPacket(),
        Number(92, Context, Anything, Anything).In(ProgramType.LircMode2).Gpl(),
        Row(93, ReturnKind.Void, ArgumentKind.SpinLock) with { Lock = LockEffect.Takes },
        Row(94, ReturnKind.Void, ArgumentKind.SpinLock) with { Lock = LockEffect.Gives },
        Row(95, ReturnKind.SocketOrNull, ArgumentKind.SocketCommon).In([.. Classifiers, CgroupSkb]) with { KeepsReference = true },
        Row(96, ReturnKind.TcpSocketOrNull, ArgumentKind.SocketCommon).In([.. Classifiers, CgroupSkb, SockOps, CgroupSockopt]) with { KeepsReference = true },
        Number(97, Context).In([.. Classifiers, CgroupSkb]),
        Row(98, ReturnKind.SocketOrNull, ArgumentKind.SocketCommon).In([.. Classifiers, CgroupSkb]),
        Row(99, ReturnKind.SocketCommonOrNull, Context, Memory, SizeOrZero, Anything, Anything).In([.. Classifiers, Xdp, CgroupSkb, SkSkb, CgroupSockAddr]).FromPacket().Acquiring(),
        Number(100, AnySocket, Memory, Size, Memory, Size).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(101, Context, WritableMemory, Size, Anything).In(ProgramType.CgroupSysctl),
        Number(102, Context, UninitializedMemory, Size).In(ProgramType.CgroupSysctl),
        Number(103, Context, UninitializedMemory, Size).In(ProgramType.CgroupSysctl),
        Number(104, Context, Memory, Size).In(ProgramType.CgroupSysctl),
        Number(105, Memory, Size, Anything, UninitializedFixedMemory).Bytes(0, 0, 0, 8),
        Number(106, Memory, Size, Anything, UninitializedFixedMemory).Bytes(0, 0, 0, 8),
        Row(107, ReturnKind.MapValueOrNull, ConstantMap, AnySocket, ArgumentKind.MapValueOrNull, Anything).In([.. Classifiers, CgroupSkb, SockOps, SkMsg, CgroupSockAddr, CgroupSockopt, Lsm, ProgramType.Syscall, ProgramType.StructOps]).On(SkStorage),
        Row(107, ReturnKind.MapValueOrNull, ConstantMap, ArgumentKind.StructureOrNull, ArgumentKind.MapValueOrNull, Anything).Of("sock_common").In(Tracing).On(SkStorage),
        Row(107, ReturnKind.MapValueOrNull, ConstantMap, Context, ArgumentKind.MapValueOrNull, Anything).In(CgroupSock).On(SkStorage),
        Number(108, ConstantMap, AnySocket).In([.. Classifiers, CgroupSkb, SockOps, SkMsg, CgroupSockAddr, CgroupSockopt, Lsm, ProgramType.Syscall, ProgramType.StructOps]).On(SkStorage),
        Number(108, ConstantMap, ArgumentKind.StructureOrNull).Of("sock_common").In(Tracing).On(SkStorage),
        Number(109, Anything),
        Number(110, AnySocket, Memory, Size, Memory, Size).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(111, ArgumentKind.Structure, ConstantMap, Anything, Memory, SizeOrZero).Of("sk_buff").In(Tracing, Lsm, ProgramType.Syscall).Gpl().On(PerfEventArray),
        Number(112, UninitializedMemory, SizeOrZero, Anything).Gpl(),
        Number(113, UninitializedMemory, SizeOrZero, Anything).Gpl(),
        Number(114, UninitializedMemory, SizeOrZero, Anything).Gpl().Counts(),
        Number(115, UninitializedMemory, SizeOrZero, Anything).Gpl().Counts(),
        Number(116, ArgumentKind.Structure, Anything).Of("tcp_sock").In(ProgramType.StructOps).Gpl(),
        Number(117, Anything),
        Number(118),
        Number(119, Context, WritableMemoryOrNull, SizeOrZero, Anything).In(ProgramType.PerfEvent).Gpl(),
        Number(120, Anything, Anything, UninitializedMemory, Size),
        Number(121, ArgumentKind.Structure, ConstantMap, Anything, Memory, SizeOrZero).Of("xdp_buff").In(Tracing, Lsm, ProgramType.Syscall).Gpl().On(PerfEventArray),
        Number(122, ContextOrNull).In([SocketFilter, .. Classifiers, CgroupSkb, CgroupSock, SockOps, SkMsg, CgroupSockAddr, CgroupSockopt]),
        Number(123, Anything),
        Number(124, Context, AnySocket, Anything).In(Classifiers),
        Number(124, Context, ArgumentKind.SocketOrNull, Anything).In(ProgramType.SkLookup),
        Number(125),
        Number(126, ArgumentKind.Structure, Memory, Size, MemoryOrNull, SizeOrZero).Of("seq_file").In(Tracing).When(AttachType.TraceIter).Gpl(),
        Number(127, ArgumentKind.Structure, Memory, SizeOrZero).Of("seq_file").In(Tracing).When(AttachType.TraceIter).Gpl(),
        Number(128, AnySocket).In(CgroupSkb),
        Number(129, AnySocket, Anything).In(CgroupSkb),
        Number(130, ConstantMap, Memory, SizeOrZero, Anything).On(RingBuf),
        Row(131, ReturnKind.RingBufferMemoryOrNull, ConstantMap, ConstantAllocationSizeOrZero, Anything).On(RingBuf),
        Row(132, ReturnKind.Void, RingBufferMemory, Anything),
        Row(133, ReturnKind.Void, RingBufferMemory, Anything),
        Number(134, ConstantMap, Anything).On(RingBuf),
        Number(135, Context, Anything).In([.. Classifiers, LwtXmit]),
        Row(136, ReturnKind.StructureOrNull, AnySocket).Gives("tcp6_sock").In(SocketCastTypes) with { KeepsReference = true },
        Row(137, ReturnKind.StructureOrNull, AnySocket).Gives("tcp_sock").In(SocketCastTypes) with { KeepsReference = true },
        Row(138, ReturnKind.StructureOrNull, AnySocket).Gives("tcp_timewait_sock").In(SocketCastTypes) with { KeepsReference = true },
        Row(139, ReturnKind.StructureOrNull, AnySocket).Gives("tcp_request_sock").In(SocketCastTypes) with { KeepsReference = true },
        Row(140, ReturnKind.StructureOrNull, AnySocket).Gives("udp6_sock").In(SocketCastTypes) with { KeepsReference = true },
        Number(141, ArgumentKind.Structure, UninitializedMemory, SizeOrZero, Anything).Of("task_struct").Counts(),
        Number(142, Context, WritableMemory, Size, Anything).In(SockOps),
        Number(143, Context, Memory, Size, Anything).In(SockOps).MovesPacket(),
        Number(144, Context, Anything, Anything).In(SockOps),
        Row(145, ReturnKind.MapValueOrNull, ConstantMap, ArgumentKind.StructureOrNull, ArgumentKind.MapValueOrNull, Anything).Of("inode").In(Lsm).On(InodeStorage),
        Number(146, ConstantMap, ArgumentKind.StructureOrNull).Of("inode").In(Lsm).On(InodeStorage),
        Number(147, ArgumentKind.Structure, WritableMemory, SizeOrZero).Of("path").In(Tracing, Lsm, ProgramType.Syscall),
        Number(148, UninitializedMemory, SizeOrZero, Anything).Sleeps(),
        Number(149, WritableMemory, Size, Memory, Size, Anything),
        Number(150, ArgumentKind.Structure, Memory, SizeOrZero, Anything).Of("seq_file").In(Tracing).When(AttachType.TraceIter).Gpl(),
        Number(151, Context).In(Classifiers),
        Number(152, Anything, MemoryOrNull, SizeOrZero, Anything).In(Classifiers),
        Row(153, ReturnKind.PerCpuVariableOrNull, ArgumentKind.PerCpuVariable, Anything),
        Row(154, ReturnKind.PerCpuVariable, ArgumentKind.PerCpuVariable),
        Number(155, Anything, Anything).In(Classifiers),
        Row(156, ReturnKind.MapValueOrNull, ConstantMap, ArgumentKind.StructureOrNull, ArgumentKind.MapValueOrNull, Anything).Of("task_struct").On(TaskStorage),
        Number(157, ConstantMap, ArgumentKind.StructureOrNull).Of("task_struct").On(TaskStorage),
        Row(158, ReturnKind.Structure).Gives("task_struct").Gpl() with { ReturnsTrusted = true },
        Number(159, ArgumentKind.Structure, Anything).Of("linux_binprm").In(Lsm),
        Number(160).In(CoarseClockTypes),
        Number(161, ArgumentKind.Structure, UninitializedMemory, Size).Of("inode").In(Lsm).Sleeps(),
        Row(162, ReturnKind.StructureOrNull, ArgumentKind.Structure).Of("file").Gives("socket").In(Tracing, Lsm, ProgramType.Syscall),
        Number(163, Context, Anything, WritableFixedMemory, Anything, Anything).Bytes(0, 0, 4).In([.. Classifiers, Xdp]).Gpl(),
        Number(164, ConstantMap, ArgumentKind.Function, StackOrNull, Anything).On(Iterated),
        Number(165, WritableMemoryOrNull, SizeOrZero, ConstantString, MemoryOrNull, SizeOrZero).Gpl() with { TakesFormat = true },
        Number(166, Anything, MemoryOrNull, Size).In(ProgramType.Syscall).Sleeps(),
        Number(167, Memory, Size, Anything, Anything).In(ProgramType.Syscall),
        Number(168, Anything).In(ProgramType.Syscall).Sleeps(),
        Number(169, ArgumentKind.Timer, ConstantMap, Anything).Gpl().On(Hash, MapType.Array, LruHash),
        Number(170, ArgumentKind.Timer, ArgumentKind.Function).Gpl(),
        Number(171, ArgumentKind.Timer, Anything, Anything).Gpl(),
        Number(172, ArgumentKind.Timer).Gpl(),
        Number(173, Context).In(Kprobe).When(AttachType.TraceKprobeMulti, AttachType.TraceUprobeMulti, AttachType.TraceKprobeSession, AttachType.TraceUprobeSession),
        Number(173, Context).In(Kprobe).Gpl(),
        Number(173, Context).In(Tracing).When(AttachType.TraceFentry, AttachType.TraceFexit, AttachType.ModifyReturn).Gpl(),
        Number(174, Context).In(Kprobe, Tracepoint, ProgramType.PerfEvent, RawTracepoint, RawTracepointWritable),
        Number(174, Context).In(Tracing, Lsm).When([AttachType.TraceRawTp, .. Trampolines]),
        Row(175, ReturnKind.Structure, ArgumentKind.Structure).Of("task_struct").Gives("pt_regs").Gpl(),
        Number(176, UninitializedMemory, SizeOrZero, Anything).Gpl(),
        Number(177, Memory, Size, MemoryOrNull, SizeOrZero).Gpl(),
        Row(178, ReturnKind.StructureOrNull, AnySocket).Gives("unix_sock").In(SocketCastTypes) with { KeepsReference = true },
        Number(179, Memory, SizeOrZero, Anything, UninitializedFixedMemory).Bytes(0, 0, 0, 8).In(ProgramType.Syscall),
        Number(180, ArgumentKind.Structure, Anything, ArgumentKind.Function, StackOrNull, Anything).Of("task_struct"),
        Number(181, Anything, ArgumentKind.Function, StackOrNull, Anything),
        Number(182, Memory, Size, ConstantString),
        Number(183, Context, Anything, UninitializedFixedMemory).Bytes(0, 0, 8).In(Tracing, Lsm).When(Trampolines),
        Number(184, Context, UninitializedFixedMemory).Bytes(0, 8).In(Tracing).When(Trampolines),
        Number(185, Context).In(Tracing, Lsm).When(Trampolines),
        Number(186).In(CgroupSock, CgroupSockAddr, CgroupSockopt, Lsm).When(RetvalHooks),
        Number(187, Anything).In(CgroupSock, CgroupSockAddr, CgroupSockopt, Lsm).When(RetvalHooks),
        Number(188, Context).In(Xdp),
        Number(188, ArgumentKind.Structure).Of("xdp_buff").In(Tracing, ProgramType.Syscall),
        Number(189, Context, Anything, UninitializedMemory, Size).In(Xdp),
        Number(190, Context, Anything, Memory, Size).In(Xdp),
        Number(191, UninitializedMemory, SizeOrZero, Anything, ArgumentKind.Structure, Anything).Of("task_struct").Gpl().Sleeps(),
        Number(192, Context, Anything, Anything).In(Classifiers),
        Number(193, ArgumentKind.Structure, UninitializedMemory, Size).Of("file").In(Lsm).Sleeps(),
        Row(194, ReturnKind.StructureOrNull, KernelPointer, ReleasedStructureOrNull),
        Row(195, ReturnKind.MapValueOrNull, ConstantMap, MapKey, Anything).FromPacket().On(PerCpuHash, PerCpuArray, LruPerCpuHash),
        Row(196, ReturnKind.StructureOrNull, ArgumentKind.SocketCommon).Gives("mptcp_sock").In(SocketCastTypes) with { KeepsReference = true },
        Number(197, UninitializedMemory, SizeOrZero, Anything, NewLocalDynptr),
        Number(198, ConstantMap, Anything, Anything, NewRingBufferDynptr).On(RingBuf),
        Row(199, ReturnKind.Void, ReleasedRingBufferDynptr, Anything),
        Row(200, ReturnKind.Void, ReleasedRingBufferDynptr, Anything),
        Number(201, UninitializedMemory, SizeOrZero, Dynptr, Anything, Anything),
        Number(202, Dynptr, Anything, Memory, SizeOrZero, Anything) with { WritesDynptr = true },
        Row(203, ReturnKind.DynptrMemoryOrNull, Dynptr, Anything, ConstantAllocationSizeOrZero),
        Number(204, FixedMemory, Memory, SizeOrZero).Bytes(20).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(205, FixedMemory, Memory, SizeOrZero).Bytes(40).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(206, FixedMemory, FixedMemory).Bytes(20, 20).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(207, FixedMemory, FixedMemory).Bytes(40, 20).In([.. Classifiers, Xdp]).FromPacket().Gpl(),
        Number(208),
        Number(209, ConstantMap, ArgumentKind.Function, StackOrNull, Anything).On(UserRingBuf),
        Row(210, ReturnKind.MapValueOrNull, ConstantMap, ArgumentKind.StructureOrNull, ArgumentKind.MapValueOrNull, Anything).Of("cgroup").On(CgrpStorage),
        Number(211, ConstantMap, ArgumentKind.StructureOrNull).Of("cgroup").On(CgrpStorage),
    ];

    private static HelperPrototype Row(int id, ReturnKind returns, params ArgumentKind[] arguments) => new()
    {
        Id = id,
        Name = "bpf_" + HelperNames.Names[id - 1],
        Declaration = HelperDeclarations.Texts[id - 1],
        Return = returns,
        Arguments = arguments,
    };

    private static HelperPrototype Number(int id, params ArgumentKind[] arguments) => Row(id, ReturnKind.Integer, arguments);

    private static HelperPrototype Counts(this HelperPrototype row) => row with { Result = ResultRange.SizeOrError };

    private static HelperPrototype In(this HelperPrototype row, params ProgramType[] types) => row with { ProgramTypes = types };

    private static HelperPrototype When(this HelperPrototype row, params AttachType[] attach) => row with { AttachTypes = attach };

    private static HelperPrototype On(this HelperPrototype row, params MapType[] maps) => row with { MapTypes = maps };

    private static HelperPrototype Gpl(this HelperPrototype row) => row with { GplOnly = true };

    private static HelperPrototype MovesPacket(this HelperPrototype row) => row with { ChangesPacket = true };

    private static HelperPrototype FromPacket(this HelperPrototype row) => row with { TakesPacket = true };

    private static HelperPrototype Sleeps(this HelperPrototype row) => row with { MaySleep = true };

    private static HelperPrototype Of(this HelperPrototype row, string structure) => row with { Structure = structure };

    private static HelperPrototype Gives(this HelperPrototype row, string structure) => row with { ReturnedStructure = structure };

    private static HelperPrototype Bytes(this HelperPrototype row, params int[] sizes) => row with { FixedSizes = sizes };

    private static HelperPrototype Acquiring(this HelperPrototype row) => row with { Acquires = true };
}
