namespace PSBpf.ModuleTests;

/// <summary>Copies of parts of the repository.</summary>
internal static class Copies
{
    public static void File(string from, string folder)
    {
        Directory.CreateDirectory(folder);
        System.IO.File.Copy(from, Path.Combine(folder, Path.GetFileName(from)));
    }

    public static void Folder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File(file, to);
        foreach (var folder in Directory.GetDirectories(from)) Folder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
