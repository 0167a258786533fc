namespace PSBpf.Runtime;

/// <summary>A line that a program printed with bpf_trace_printk.</summary>
/// <param name="Time">When, by the machine's clock.</param>
/// <param name="Cpu">On which CPU the program ran.</param>
/// <param name="Program">The program's name.</param>
/// <param name="Text">The line.</param>
public sealed record TraceLine(DateTime Time, int Cpu, string Program, string Text);
