using System.Reflection;
using System.Runtime.Loader;

namespace PSBpf.Hosting;

/// <summary>
/// Where an adapter and its package live: apart from everything else in the process, so that another module's copy of
/// the same package does no harm. Only PSBpf's own assemblies are shared.
/// </summary>
internal sealed class AdapterContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var own = typeof(AdapterContext).Assembly;
        var home = GetLoadContext(own) ?? Default;
        // The contract must be the one that this process has loaded, whatever lies beside the adapter.
        if (home.Assemblies.FirstOrDefault(loaded => loaded.GetName().Name == assemblyName.Name) is { } shared) return shared;
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : IntPtr.Zero;
}
