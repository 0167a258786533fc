namespace PSBpf.Linux.SystemCalls;

/// <summary>The commands of bpf(2) that this project issues, numbered as in the UAPI's enum bpf_cmd.</summary>
internal enum BpfCommand
{
    MapCreate = 0,
    MapLookupElement = 1,
    MapUpdateElement = 2,
    MapDeleteElement = 3,
    MapGetNextKey = 4,
    ProgramLoad = 5,
    ObjectPin = 6,
    ObjectGet = 7,
    ProgramTestRun = 10,
    ProgramGetNextId = 11,
    MapGetNextId = 12,
    ProgramGetDescriptorById = 13,
    MapGetDescriptorById = 14,
    ObjectGetInfo = 15,
    BtfLoad = 18,
    BtfGetDescriptorById = 19,
    MapLookupAndDeleteElement = 21,
    MapFreeze = 22,
    MapLookupBatch = 24,
    MapLookupAndDeleteBatch = 25,
    MapUpdateBatch = 26,
    MapDeleteBatch = 27,
    LinkGetDescriptorById = 30,
    LinkGetNextId = 31,
    EnableStatistics = 32,
}

/// <summary>The commands' names as the UAPI spells them, for messages.</summary>
internal static class BpfCommandNames
{
    public static string UapiName(this BpfCommand command) => command switch
    {
        BpfCommand.MapCreate => "BPF_MAP_CREATE",
        BpfCommand.MapLookupElement => "BPF_MAP_LOOKUP_ELEM",
        BpfCommand.MapUpdateElement => "BPF_MAP_UPDATE_ELEM",
        BpfCommand.MapDeleteElement => "BPF_MAP_DELETE_ELEM",
        BpfCommand.MapGetNextKey => "BPF_MAP_GET_NEXT_KEY",
        BpfCommand.ProgramLoad => "BPF_PROG_LOAD",
        BpfCommand.ObjectPin => "BPF_OBJ_PIN",
        BpfCommand.ObjectGet => "BPF_OBJ_GET",
        BpfCommand.ProgramTestRun => "BPF_PROG_TEST_RUN",
        BpfCommand.ProgramGetNextId => "BPF_PROG_GET_NEXT_ID",
        BpfCommand.MapGetNextId => "BPF_MAP_GET_NEXT_ID",
        BpfCommand.ProgramGetDescriptorById => "BPF_PROG_GET_FD_BY_ID",
        BpfCommand.MapGetDescriptorById => "BPF_MAP_GET_FD_BY_ID",
        BpfCommand.ObjectGetInfo => "BPF_OBJ_GET_INFO_BY_FD",
        BpfCommand.BtfLoad => "BPF_BTF_LOAD",
        BpfCommand.BtfGetDescriptorById => "BPF_BTF_GET_FD_BY_ID",
        BpfCommand.MapLookupAndDeleteElement => "BPF_MAP_LOOKUP_AND_DELETE_ELEM",
        BpfCommand.MapFreeze => "BPF_MAP_FREEZE",
        BpfCommand.MapLookupBatch => "BPF_MAP_LOOKUP_BATCH",
        BpfCommand.MapLookupAndDeleteBatch => "BPF_MAP_LOOKUP_AND_DELETE_BATCH",
        BpfCommand.MapUpdateBatch => "BPF_MAP_UPDATE_BATCH",
        BpfCommand.MapDeleteBatch => "BPF_MAP_DELETE_BATCH",
        BpfCommand.LinkGetDescriptorById => "BPF_LINK_GET_FD_BY_ID",
        BpfCommand.LinkGetNextId => "BPF_LINK_GET_NEXT_ID",
        BpfCommand.EnableStatistics => "BPF_ENABLE_STATS",
        _ => $"bpf command {(int)command}",
    };
}
