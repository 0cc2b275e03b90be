using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Writing;
using CsCheck;

namespace ClipOrleans.Storage.Tests.Writing;

// Danger: memory that grows with every write; a receipt read as another one.
// Invariant: what is remembered stays within its bounds, the oldest goes first, and what was saved is what is loaded.
// Method: receipts by the hundred thousand, random outcomes there and back, random changes of right bytes.
public sealed class RecentWritesTests
{
    private static readonly StoredOutcome[] s_plain = [StoredOutcome.Created, StoredOutcome.Updated, StoredOutcome.Deleted, StoredOutcome.NotFound];

    private static readonly Gen<StoredOutcome> s_outcome = Gen.Frequency(
        (4, Gen.OneOf(s_plain)),
        (1, Gen.Select(Gen.String[0, 10], Gen.String[0, 40], Gen.String[0, 8].Null(), static (reason, detail, pointer) => StoredOutcome.Failed(reason, Valid(detail)!, Valid(pointer)))));

    [Fact]
    public void Outcomes_are_read_as_they_were_written_also_in_pieces() =>
        Gen.Select(s_outcome.Array[1, 60], Gen.Int[60, 400]).Sample((outcomes, mostBytes) =>
        {
            var write = new RecentWrite(Guid.NewGuid(), 5, 9, outcomes.Length + 3, outcomes.Length, Encode(outcomes), 77);
            Assert.Equal(outcomes, write.ReadOutcomes());
            var copied = new RecentWrites();
            foreach (var piece in write.InPieces(mostBytes))
            {
                var bytes = new byte[piece.Bytes];
                piece.Write(bytes);
                copied.Add(WriteReceipt.Read(bytes), 88, 99);
            }

            Assert.True(copied.TryFind(write.WriteId, out var read));
            Assert.Equal(outcomes, read.ReadOutcomes());
            Assert.Equal((write.Time, write.Sequence, write.Total, write.Known, 88), (read.Time, read.Sequence, read.Total, read.Known, read.Address));
        });

    [Fact]
    public void Other_bytes_are_a_format_error_and_nothing_else() =>
        Gen.Select(s_outcome.Array[1, 20], Gen.Select(Gen.Int[0, 300], Gen.Byte).Array[1, 4], Gen.Int[0, 300]).Sample((outcomes, changes, cut) =>
        {
            var receipt = Receipt(1, time: 1, outcomes);
            var bytes = new byte[receipt.Bytes];
            receipt.Write(bytes);
            foreach (var (at, value) in changes)
                bytes[at % bytes.Length] = value;
            try
            {
                _ = WriteReceipt.Read(bytes.AsMemory(0, Math.Min(bytes.Length, cut)));
            }
            catch (FormatException)
            {
                // What damage must end in.
            }
        });

    [Fact]
    public void The_oldest_are_forgotten_by_time_by_number_and_by_memory()
    {
        var writes = new RecentWrites();
        writes.Add(Receipt(1, time: 1, [StoredOutcome.Created]), 64, 1);
        writes.Add(Receipt(2, time: RecentWrites.KeptTime + 1, [StoredOutcome.Created]), 65, 2);
        Assert.True(writes.TryFind(Id(1), out _));
        writes.Add(Receipt(3, time: RecentWrites.KeptTime + 2, [StoredOutcome.Created]), 66, 3);
        Assert.False(writes.TryFind(Id(1), out _));
        Assert.True(writes.TryFind(Id(2), out _));

        for (var i = 0; i < RecentWrites.MostWrites + 10; i++)
            writes.Add(Receipt(10 + i, RecentWrites.KeptTime + 3, [StoredOutcome.Created]), 70 + i, 4 + i);
        Assert.InRange(writes.Count, 60_000, RecentWrites.MostWrites);
        Assert.False(writes.TryFind(Id(3), out _));
        Assert.True(writes.TryFind(Id(10 + RecentWrites.MostWrites + 9), out _));

        for (var i = 0; i < 9; i++)
            writes.Add(Receipt(-1 - i, RecentWrites.KeptTime + 4, [.. Enumerable.Repeat(StoredOutcome.Created, 1 << 20)]), 1L << 40, 1 << 20);
        Assert.Equal(7, writes.Count);
        Assert.Equal(7, RecentWrites.Load(writes.Save()).Count);
    }

    [Fact]
    public void What_was_saved_is_loaded_and_damage_is_refused()
    {
        var writes = new RecentWrites();
        for (var i = 0; i < 50; i++)
            writes.Add(Receipt(i, i, [StoredOutcome.Created, StoredOutcome.Failed("reason", "detail", "/pointer")]), i, i + 1);
        var saved = writes.Save();
        var loaded = RecentWrites.Load(saved);
        Assert.Equal(saved, loaded.Save());
        Assert.Equal(49, loaded.NewestTime);
        Assert.Equal(20, loaded.Before(20).Count);
        Assert.Throws<FormatException>(() => RecentWrites.Load(saved.AsMemory(0, saved.Length - 1)));
    }

    private static WriteReceipt Receipt(int number, long time, StoredOutcome[] outcomes) =>
        new(Id(number), time, Sequence: 0, First: 0, outcomes.Length, outcomes.Length, Encode(outcomes));

    private static Guid Id(int number) => new(number, 1, 1, [1, 1, 1, 1, 1, 1, 1, 1]);

    private static byte[] Encode(StoredOutcome[] outcomes)
    {
        var bytes = new byte[outcomes.Sum(OutcomeCodec.Size)];
        var at = 0;
        foreach (var outcome in outcomes)
        {
            OutcomeCodec.Write(bytes.AsSpan(at), outcome);
            at += OutcomeCodec.Size(outcome);
        }

        return bytes;
    }

    /// <summary>Texts that came from UTF-8 have no lone surrogates.</summary>
    private static string? Valid(string? text) => text is null ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
