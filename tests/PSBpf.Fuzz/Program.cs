using PSBpf.Fuzz;
using SharpFuzz;

const int Usage = 2;

switch (args)
{
    case ["seeds", var name, var folder] when Find(name) is { } target:
        Directory.CreateDirectory(folder);
        foreach (var (seed, bytes) in target.Seeds()) File.WriteAllBytes(Path.Combine(folder, seed), bytes);
        return 0;

    // The assembly that reads the bytes reports to the fuzzer which way they took.
    case ["instrument", var assembly]:
        int types = Fuzzer.Instrument(assembly, type => type.StartsWith("PSBpf.", StringComparison.Ordinal), Options.Value).Count();
        Console.WriteLine($"{types} types");
        return types > 0 ? 0 : 1;

    case ["fuzz", var name] when Find(name) is { } target:
        Fuzzer.OutOfProcess.Run(stream => target.TryRead(ReadAll(stream)));
        return 0;

    // One input, as the fuzzer ran it: what it throws is the finding.
    case ["replay", var name, var file] when Find(name) is { } target:
        Console.WriteLine(target.TryRead(File.ReadAllBytes(file)) ? "read" : "refused");
        return 0;

    default:
        Console.Error.WriteLine($"""
            seeds TARGET FOLDER      writes good inputs to start from
            instrument ASSEMBLY      changes the assembly so that a fuzzer sees what it does
            fuzz TARGET              to be run by afl-fuzz: reads inputs from it
            replay TARGET FILE       reads one input
            targets: {string.Join(", ", FuzzTarget.All.Select(target => target.Name))}
            """);
        return Usage;
}

static FuzzTarget? Find(string name) => FuzzTarget.All.FirstOrDefault(target => target.Name == name);

static byte[] ReadAll(Stream stream)
{
    using var bytes = new MemoryStream();
    stream.CopyTo(bytes);
    return bytes.ToArray();
}
