using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Hosting.Packets;

namespace Embedding;

/// <summary>
/// A .NET program that runs a BPF program over a capture and reports what it did:
/// <c>dotnet run --project scripts/samples/embedding -- scripts/samples/packet_counter.bpf.o scripts/samples/mixed.pcap</c>.
/// </summary>
public static class CaptureReport
{
    /// <summary>The program's entry.</summary>
    /// <param name="args">An object file that holds one XDP program, and a capture.</param>
    /// <returns>0, 1 after an error, 2 when the command line is wrong.</returns>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length != 2)
        {
            Console.Error.WriteLine("Give an object file and a capture.");
            return 2;
        }

        try
        {
            Write(args[0], args[1], Console.Out);
            return 0;
        }
        catch (BpfException exception)
        {
            // Every error that a user can cause has an id, says what is wrong, and what to do.
            Console.Error.WriteLine($"{exception.Id}: {exception.Message}");
            Console.Error.WriteLine($"  {exception.Diagnostic.Action}");
            return 1;
        }
    }

    /// <summary>Writes the report.</summary>
    /// <param name="objectFile">The object file.</param>
    /// <param name="captureFile">The capture.</param>
    /// <param name="output">Where the report goes.</param>
    public static void Write(string objectFile, string captureFile, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);

        // A session of our own: disposing it takes everything out again.
        using var session = new BpfSession();
        var program = session.Import(objectFile);
        session.Attach(program, "xdp:eth0");
        output.WriteLine($"{program.Name}: {program.InstructionCount} instructions, {program.GetVerification().ProcessedInstructions} processed by the verifier");

        var verdicts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        using (var capture = Capture.Open(captureFile))
        {
            foreach (var packet in capture.Packets())
                foreach (var result in session.Fire("xdp:eth0", packet))
                    verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
        }

        foreach (var (verdict, count) in verdicts) output.WriteLine($"{verdict} {count}");

        // Keys and values are typed by the object's BTF: an enum and a struct here.
        foreach (var entry in program.GetMap("protocols").Entries().OrderBy(entry => entry.KeyBytes[0]))
        {
            var counter = (BtfRecord)entry.Value;
            output.WriteLine($"{entry.Key} {counter["packets"]} packets {counter["bytes"]} bytes");
        }

        // A ring buffer hands out what is there; with a timeout it waits for more.
        using var events = program.GetMap("events").OpenReader();
        while (events.TryRead(out var read, TimeSpan.Zero) && events.Delivered <= 3) output.WriteLine($"{read.Source} {read.Data}");
        output.WriteLine($"lost {events.Dropped}");
    }
}
