using System.Runtime.InteropServices;
using Terminal.Gui.Drivers;

namespace PSBpf.Viewer;

/// <summary>
/// The keyboard, asked by waiting for it: the driver looks fifty times a second whether a key was pressed, and each time
/// its thread spins before it sleeps, which costs more than all that the top does. For Linux and macOS.
/// </summary>
internal sealed partial class WaitingInput : AnsiInput
{
    // How long leaving may have to wait for this thread.
    private const int Patience = 100;

    private const short PollIn = 1;

    public override bool Peek()
    {
        if (base.Peek()) return true;
        var input = new PollDescriptor { File = 0, Wanted = PollIn };
        return Poll(ref input, 1, Patience) > 0 && base.Peek();
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Wanted;
        public short Ready;
    }
}
