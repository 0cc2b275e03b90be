using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors.Tests.Saved;

/// <summary>Saves views in memory and restores collections from that.</summary>
internal static class Saving
{
    public static byte[] Rows(CollectionView view)
    {
        using var stream = new MemoryStream();
        SavedCollection.WriteRows(view, stream);
        return stream.ToArray();
    }

    /// <summary>What the view shows, as a collection of its own.</summary>
    public static VectorCollection Restored(VectorCollection of, CollectionView view)
    {
        SavedCodes? codes = null;
        if (view.HasCodes)
        {
            using var stream = new MemoryStream();
            SavedCollection.WriteCodes(view, stream);
            codes = SavedCodes.Open(new Memory(stream.ToArray()), stream.Length, of.Dimensions);
            codes.Verify(TestContext.Current.CancellationToken);
        }

        return SavedCollection.Restore(of.Dimensions, of.Schema, of.Options, Rows(view), Vectors(view, of.Dimensions), codes);
    }

    /// <summary>The vectors as storage would give them: as long as there are rows, and not a float more.</summary>
    public static IReadOnlyList<VectorMemory> Vectors(CollectionView view, int dimensions)
    {
        var blocks = new List<VectorMemory>();
        var blockRows = SavedCollection.VectorBlockRows(dimensions);
        for (var row = 0; row < view.RowCount; row += blockRows)
        {
            var values = new float[Math.Min(blockRows, view.RowCount - row) * dimensions];
            view.CopyVectors(row, values);
            blocks.Add(new Block(values));
        }

        return blocks;
    }

    private sealed unsafe class Block : VectorMemory
    {
        public Block(float[] values)
            : base((float*)NativeMemory.AlignedAlloc((nuint)values.Length * sizeof(float), 64), values.Length * (long)sizeof(float), isMapped: true) =>
            values.CopyTo(new Span<float>(Pointer, values.Length));

        ~Block() => NativeMemory.AlignedFree(Pointer);
    }

    private sealed unsafe class Memory : SafeBuffer
    {
        public Memory(byte[] bytes)
            : base(ownsHandle: true)
        {
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes.Length, 4096));
            Initialize((ulong)bytes.Length);
            bytes.CopyTo(new Span<byte>((byte*)handle, bytes.Length));
        }

        protected override bool ReleaseHandle()
        {
            NativeMemory.AlignedFree((void*)handle);
            return true;
        }
    }
}
