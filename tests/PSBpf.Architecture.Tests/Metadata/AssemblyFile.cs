using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PSBpf.Architecture.Tests.Metadata;

/// <summary>A built assembly, read as a file and never loaded.</summary>
internal sealed class AssemblyFile : IDisposable
{
    private readonly PEReader _image;

    public AssemblyFile(string path)
    {
        Assert.True(File.Exists(path), $"{path} is not built");
        _image = new PEReader(File.OpenRead(path));
        Reader = _image.GetMetadataReader();
    }

    /// <summary>Its metadata.</summary>
    public MetadataReader Reader { get; }

    /// <summary>The simple names of the assemblies it uses.</summary>
    public IReadOnlyList<string> References =>
        [.. Reader.AssemblyReferences.Select(handle => Reader.GetString(Reader.GetAssemblyReference(handle).Name)).Order(StringComparer.Ordinal)];

    /// <summary>The assemblies that InternalsVisibleTo names.</summary>
    public IReadOnlyList<string> Friends
    {
        get
        {
            var friends = new List<string>();
            foreach (var handle in Reader.GetAssemblyDefinition().GetCustomAttributes())
            {
                var attribute = Reader.GetCustomAttribute(handle);
                if (attribute.Constructor.Kind != HandleKind.MemberReference) continue;
                var parent = Reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
                if (parent.Kind != HandleKind.TypeReference) continue;
                var type = Reader.GetTypeReference((TypeReferenceHandle)parent);
                if (Reader.GetString(type.Name) != "InternalsVisibleToAttribute") continue;

                // ECMA-335 II.23.3: a prolog of two bytes, then the one string argument.
                var blob = Reader.GetBlobReader(attribute.Value);
                blob.ReadUInt16();
                friends.Add(blob.ReadSerializedString()!);
            }

            return friends;
        }
    }

    /// <summary>The instructions of a method; null when it has none.</summary>
    public MethodBodyBlock? Body(MethodDefinition method) =>
        method.RelativeVirtualAddress == 0 ? null : _image.GetMethodBody(method.RelativeVirtualAddress);

    public void Dispose() => _image.Dispose();
}
