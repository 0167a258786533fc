using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Updates, deletions and the walk. All of them are inside of one gate; nodes are taken before.</summary>
internal sealed unsafe partial class LpmTrieMap
{
    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu)
    {
        if (flags > (ulong)MapUpdateFlags.Exist || *(uint*)key > _longest) return Errno.EINVAL;
        uint index = TakeNode(), join = TakeNode();
        var node = NodeAt(index);
        node->Length = *(uint*)key;
        node->Joins = 0;
        node->Children[0] = node->Children[1] = None;
        SmallCopy.Copy(key + PrefixSize, BitsOf(node), _bytes);
        SmallCopy.Copy(value, (byte*)node + _valueOffset, ValueSize);

        SpinGate.Enter(ref _gate);
        _changes++;
        var error = Insert(index, join, key, flags, out uint replaced, out bool joined);
        _changes++;
        SpinGate.Exit(ref _gate);
        if (!joined) _nodes.Return(join);
        if (error != Errno.None) _nodes.Return(index);
        if (replaced != None) _nodes.Retire(replaced);
        return error;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Update(key, value, flags, 0);

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update | MapBatches.Delete;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Delete(byte* key)
    {
        if (*(uint*)key > _longest) return Errno.EINVAL;
        SpinGate.Enter(ref _gate);
        _changes++;
        bool found = Remove(key, out uint removed, out uint joining);
        _changes++;
        SpinGate.Exit(ref _gate);
        if (!found) return Errno.ENOENT;
        if (removed != None) _nodes.Retire(removed);
        if (joining != None) _nodes.Retire(joining);
        return Errno.None;
    }

    private Errno Insert(uint index, uint join, byte* key, ulong flags, out uint replaced, out bool joined)
    {
        replaced = None;
        joined = false;
        uint length = *(uint*)key;
        uint* link = _root;
        uint match = 0;
        LpmNode* node = null;
        while (*link != None)
        {
            node = NodeAt(*link);
            match = MatchLength(node, key);
            if (node->Length != match || node->Length == length) break;
            link = &node->Children[BitAt(key + PrefixSize, node->Length)];
        }

        var added = NodeAt(index);
        if (*link == None)
        {
            // Room in the tree as it is.
            var error = CheckNew(flags);
            if (error == Errno.None) Publish(link, index);
            return error;
        }

        if (node->Length == match && match == length)
        {
            // The place of a node with this very prefix.
            bool isEntry = node->Joins == 0;
            if (isEntry && flags == (ulong)MapUpdateFlags.NoExist) return Errno.EEXIST;
            if (!isEntry && CheckNew(flags) is var refused and not Errno.None) return refused;
            added->Children[0] = node->Children[0];
            added->Children[1] = node->Children[1];
            replaced = *link;
            Publish(link, index);
            return Errno.None;
        }

        if (CheckNew(flags) is var full and not Errno.None) return full;
        if (match == length)
        {
            // Above a node with a longer prefix.
            added->Children[BitAt(BitsOf(node), length)] = *link;
            Publish(link, index);
            return Errno.None;
        }

        // Beside a node: a third one joins them.
        var above = NodeAt(join);
        above->Length = match;
        above->Joins = 1;
        SmallCopy.Copy(BitsOf(node), BitsOf(above), _bytes);
        uint side = BitAt(key + PrefixSize, match);
        above->Children[side] = index;
        above->Children[side ^ 1] = *link;
        joined = true;
        EndWriting(added);
        Publish(link, join);
        return Errno.None;
    }

    // A new entry: whether the flags and the size allow it. It is counted.
    private Errno CheckNew(ulong flags)
    {
        if (flags == (ulong)MapUpdateFlags.Exist) return Errno.ENOENT;
        if (_count == Spec.MaxEntries) return Errno.ENOSPC;
        _count++;
        return Errno.None;
    }

    private bool Remove(byte* key, out uint removed, out uint joining)
    {
        removed = joining = None;
        uint length = *(uint*)key;
        uint* link = _root, parentLink = null;
        LpmNode* parent = null;
        while (*link != None)
        {
            var node = NodeAt(*link);
            uint match = MatchLength(node, key);
            if (node->Length != match) return false;
            if (node->Length == length) break;
            parent = node;
            parentLink = link;
            link = &node->Children[BitAt(key + PrefixSize, node->Length)];
        }

        if (*link == None || NodeAt(*link)->Joins != 0) return false;
        _count--;
        var found = NodeAt(*link);
        if (found->Children[0] != None && found->Children[1] != None)
        {
            // It still joins its children; users that copy the value look at this mark.
            found->Joins = 1;
            return true;
        }

        removed = *link;
        if (found->Children[0] == None && found->Children[1] == None && parent is not null && parent->Joins != 0)
        {
            // Its sibling takes the place of the node that joined the two.
            joining = *parentLink;
            Volatile.Write(ref *parentLink, parent->Children[link == &parent->Children[0] ? 1 : 0]);
            return true;
        }

        Volatile.Write(ref *link, found->Children[0] != None ? found->Children[0] : found->Children[1]);
        return true;
    }

    private void Publish(uint* link, uint index)
    {
        EndWriting(NodeAt(index));
        Volatile.Write(ref *link, index);
    }

    private static void EndWriting(LpmNode* node) => Volatile.Write(ref node->Element.Sequence, node->Element.Sequence + 1);

    // Inside of the gate. The walk takes both subtrees before their root.
    private uint After(byte* key)
    {
        const int deepest = 2048 + 1;
        uint* path = stackalloc uint[deepest];
        int depth = 0;
        uint index = *_root;
        while (index != None)
        {
            var node = NodeAt(index);
            path[depth++] = index;
            if (MatchLength(node, key) != node->Length)
            {
                index = None;
                break;
            }

            if (node->Length == *(uint*)key) break;
            index = node->Children[BitAt(key + PrefixSize, node->Length)];
        }

        if (index == None || NodeAt(index)->Joins != 0) return FirstUnder(*_root);
        for (; depth > 1; depth--)
        {
            var parent = NodeAt(path[depth - 2]);
            if (parent->Children[0] == path[depth - 1] && parent->Children[1] != None) return FirstUnder(parent->Children[1]);
            if (parent->Joins == 0) return path[depth - 2];
        }

        return None;
    }

    private uint FirstUnder(uint index)
    {
        while (true)
        {
            var node = NodeAt(index);
            if (node->Children[0] != None) index = node->Children[0];
            else if (node->Children[1] != None) index = node->Children[1];
            else return index;
        }
    }

    // All nodes wait for runs to end. A program cannot wait for itself.
    private uint TakeNode()
    {
        uint index = _nodes.TryTake();
        if (index != None) return index;
        bool inRun = Engine.Cpus.IsRunning;
        var spin = new SpinWait();
        while ((index = _nodes.Take(steal: inRun)) == None) spin.SpinOnce();
        return index;
    }
}
