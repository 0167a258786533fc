using System.Runtime.CompilerServices;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace PSBpf.Viewer;

/// <summary>The library's application with an input of our own, where it can be had.</summary>
internal static class QuietApplication
{
    /// <summary>Makes one; without our input where this version of the library has no such constructor, which costs processor time and nothing else.</summary>
    public static IApplication Create()
    {
        // Keys are seen within 50 ms; more often than that nothing has to be looked at.
        Application.MaximumIterationsPerSecond = 20;
        if (OperatingSystem.IsWindows()) return Application.Create();
        try
        {
            return (IApplication)New(new AnsiComponentFactory(new WaitingInput(), null, null));
        }
        catch (Exception exception) when (exception is MissingMethodException or TypeLoadException)
        {
            return Application.Create();
        }
    }

    // The library hands components in by this constructor, and to its own tests only; its registry of drivers passes them over.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType("Terminal.Gui.App.ApplicationImpl, Terminal.Gui")]
    private static extern object New(IComponentFactory factory);
}
