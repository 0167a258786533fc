namespace PSBpf.Runtime.Runs;

/// <summary>What the programs of an event say about it beside their verdicts; the next one of the same event finds it.</summary>
internal sealed unsafe partial class RunState
{
    /// <summary>What the system call is to return (bpf_set_retval).</summary>
    public int CallResult;

    /// <summary>What is written to a setting instead (bpf_sysctl_set_new_value); null as long as nobody said.</summary>
    public byte[]? NewSetting { get; set; }

    /// <summary>Nothing was said yet.</summary>
    public void ForgetAnswers()
    {
        CallResult = 0;
        NewSetting = null;
    }
}
