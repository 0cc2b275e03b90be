using System.Collections.Concurrent;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Keywords, elements of keyword lists, and booleans: a posting for each value.</summary>
internal sealed class KeywordIndex : FieldIndex
{
    /// <summary>What a dictionary node and its bucket take beside the posting and the string.</summary>
    private const int NodeBytes = 56;

    private const int StringBytes = 22;

    // Readers look values up while the writer adds new ones; those have no row below a reader's row count.
    private readonly ConcurrentDictionary<string, Posting> _byValue = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private Posting[] _postings = new Posting[8];
    private int _count;
    private long _bytes;

    public override long Bytes => _bytes + Present.Bytes + (_postings.Length * (long)IntPtr.Size);

    /// <summary>How many values (32 bits), then for each its text and its posting.</summary>
    public static KeywordIndex Restore(Posting present, ref SavedInput input)
    {
        var index = new KeywordIndex { Present = present };
        for (var left = input.ReadCount(); left > 0; left--)
            index.Add(Posting.Restore(input.ReadText(), ref input));
        return index;
    }

    public static string BooleanText(FieldValue value) => value.Key != 0 ? "true" : "false";

    public override FieldView Publish(Tombstones dead) => new KeywordView(Present, _byValue, _postings, _count);

    public override FieldIndex Renumbered(int[] newRows, Tombstones dead)
    {
        var index = new KeywordIndex { Present = Present.Renumbered(newRows) };
        for (var i = 0; i < _count; i++)
        {
            var posting = _postings[i].Renumbered(newRows);
            if (!posting.IsEmpty)
                index.Add(posting);
        }

        return index;
    }

    protected override void AppendValue(int row, in FieldEntry entry)
    {
        if (entry.List is { } list)
        {
            foreach (var element in list)
                AppendKeyword(row, element);
        }
        else
        {
            AppendKeyword(row, entry.Value.Text ?? BooleanText(entry.Value));
        }
    }

    private void AppendKeyword(int row, string value)
    {
        if (_byValue.TryGetValue(value, out var posting))
        {
            var before = posting.Bytes;
            posting.Append(row);
            _bytes += posting.Bytes - before;
            return;
        }

        posting = new Posting(value);
        posting.Append(row);
        Add(posting);
    }

    private void Add(Posting posting)
    {
        if (_count == _postings.Length)
            Array.Resize(ref _postings, _count * 2);
        _postings[_count++] = posting;
        _byValue[posting.Value] = posting;
        _bytes += posting.Bytes + NodeBytes + StringBytes + (posting.Value.Length * (long)sizeof(char));
    }
}

/// <inheritdoc cref="KeywordIndex"/>
internal sealed class KeywordView(Posting present, ConcurrentDictionary<string, Posting> byValue, Posting[] postings, int count) : FieldView(present)
{
    public override void UnionEqual(FieldValue value, DocumentSet set)
    {
        if (byValue.TryGetValue(value.Text ?? KeywordIndex.BooleanText(value), out var posting))
            posting.UnionInto(set);
    }

    public override void UnionRange(long minKey, long maxKey, DocumentSet set) => throw new InvalidOperationException("Keywords have no ranges.");

    public override void UnionNear(GeoPoint center, double meters, DocumentSet set) => throw new InvalidOperationException("Keywords have no place.");

    protected override SavedFieldKind Kind => SavedFieldKind.Keyword;

    protected override void SaveValues(SavedOutput output, int rowCount)
    {
        // Values that came after the view have no row below its count.
        var known = 0;
        for (var i = 0; i < count; i++)
            known += postings[i].CountBelow(rowCount) > 0 ? 1 : 0;
        output.Write(known);
        for (var i = 0; i < count; i++)
        {
            if (postings[i].CountBelow(rowCount) == 0)
                continue;
            output.Write(postings[i].Value);
            postings[i].Save(output, rowCount);
        }
    }

    public override IEnumerable<(string Value, long Count)> CountValues(FieldType type, DocumentSet set)
    {
        for (var i = 0; i < count; i++)
            yield return (postings[i].Value, postings[i].CountIn(set));
    }
}
