using System.Xml.Linq;

namespace PSBpf.Architecture.Tests.Repository;

/// <summary>A csproj file as it is written.</summary>
internal sealed class ProjectFile
{
    private readonly XElement _root;

    public ProjectFile(string path)
    {
        FilePath = path;
        _root = XElement.Load(path);
    }

    /// <summary>Full path of the file.</summary>
    public string FilePath { get; }

    /// <summary>The project's name, e.g. PSBpf.Core.</summary>
    public string Name => Path.GetFileNameWithoutExtension(FilePath);

    /// <summary>The project's folder.</summary>
    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>The namespace that its folders continue.</summary>
    public string RootNamespace => Property("RootNamespace") ?? Name;

    /// <summary>The assembly that the build that made these tests wrote.</summary>
    public string AssemblyPath => Path.Combine(Folder, "bin", Checkout.BuildOutput, (Property("AssemblyName") ?? Name) + ".dll");

    /// <summary>Projects whose types this one sees.</summary>
    public IEnumerable<string> References => ProjectReferences(seen: true);

    /// <summary>Projects that are only built before this one.</summary>
    public IEnumerable<string> BuildOrder => ProjectReferences(seen: false);

    /// <summary>Packages it names.</summary>
    public IEnumerable<XElement> Packages => _root.Descendants("PackageReference");

    /// <summary>Assemblies that it shows its internals.</summary>
    public IEnumerable<string> Friends => _root.Descendants("InternalsVisibleTo").Select(item => item.Attribute("Include")!.Value);

    public override string ToString() => Name;

    private IEnumerable<string> ProjectReferences(bool seen) =>
        _root.Descendants("ProjectReference")
            .Where(item => string.Equals(item.Attribute("ReferenceOutputAssembly")?.Value, "false", StringComparison.OrdinalIgnoreCase) != seen)
            .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value.Replace('\\', '/')));

    private string? Property(string name) => _root.Descendants(name).FirstOrDefault()?.Value;
}
