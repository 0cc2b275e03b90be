using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Indexes;
using Spectre.Console;

namespace ClipOrleans.Cli.Indexes;

/// <summary>Indexes as a person reads them.</summary>
internal static class IndexTable
{
    public static void WriteList(IAnsiConsole console, IReadOnlyList<IndexDescription> indexes)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("name", "model");
        table.AddColumn(new TableColumn("dimensions").RightAligned());
        table.AddColumn(new TableColumn("documents").RightAligned());
        table.AddColumn(new TableColumn("on disk").RightAligned());
        table.AddColumn(new TableColumn("in memory").RightAligned());
        table.AddColumn(new TableColumn("shards").RightAligned());
        table.AddColumn("status");
        foreach (var index in indexes)
        {
            table.AddRow(
                Markup.Escape(index.Name), Markup.Escape(index.Model), Number(index.Dimensions), Documents(index),
                WhenReady(index, Quantity.Bytes(index.BytesOnDisk)), WhenReady(index, Quantity.Bytes(index.BytesInMemory)), Number(index.Shards.Count), Markup.Escape(index.Status));
        }
        console.Write(table);
    }

    public static void WriteOne(IAnsiConsole console, IndexDescription index)
    {
        var facts = new Grid().AddColumn().AddColumn();
        Add("name", index.Name);
        Add("status", index.Status);
        Add("model", $"{index.Model}, {index.Dimensions} dimensions");
        Add("documents", Documents(index));
        Add("on disk", WhenReady(index, Quantity.Bytes(index.BytesOnDisk)));
        Add("in memory", WhenReady(index, Memory(index)));
        Add("target recall", index.TargetRecall.ToString("0.###", CultureInfo.InvariantCulture));
        Add("quantization", index.Quantization.ToString().ToLowerInvariant());
        Add("images kept", index.KeepImages.ToString().ToLowerInvariant());
        Add("fields", index.Fields.Count == 0 ? "none" : string.Join(", ", index.Fields.Select(field => $"{field.Name}:{FieldOption.NameOf(field.Type)}")));
        console.Write(facts);
        if (index.Recall is { Measured.Count: > 0 } recall)
            WriteRecall(console, recall);
        var shards = new Table { Border = TableBorder.Simple };
        shards.AddColumns("shard", "state", "codes");
        shards.AddColumn(new TableColumn("documents").RightAligned());
        shards.AddColumn(new TableColumn("on disk").RightAligned());
        shards.AddColumn(new TableColumn("in memory").RightAligned());
        foreach (var shard in index.Shards)
        {
            shards.AddRow(
                Number(shard.Shard), Markup.Escape(shard.State), Markup.Escape(shard.Codes ?? "…"), Number(shard.Documents),
                Quantity.Bytes(shard.BytesOnDisk), Quantity.Bytes(shard.BytesInMemory));
        }
        console.Write(shards);

        void Add(string name, string value) => facts.AddRow($"[grey]{name}[/]", Markup.Escape(value));
    }

    private static void WriteRecall(IAnsiConsole console, RecallDescription recall)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("filter matches");
        table.AddColumn(new TableColumn("measured recall").RightAligned());
        table.AddColumn(new TableColumn("95 % interval").RightAligned());
        table.AddColumn(new TableColumn("queries").RightAligned());
        table.AddColumn(new TableColumn("effort").RightAligned());
        foreach (var band in recall.Measured)
            table.AddRow(Markup.Escape(band.Selectivity), Share(band.Recall), $"{Share(band.Low)} to {Share(band.High)}", Number(band.Queries), band.Effort.ToString("0.##", CultureInfo.InvariantCulture));
        console.Write(table);

        static string Share(double share) => share.ToString("0.000", CultureInfo.InvariantCulture);
    }

    public static string Documents(IndexDescription index) => WhenReady(index, Number(index.Documents));

    private static string Memory(IndexDescription index)
    {
        var total = Quantity.Bytes(index.BytesInMemory);
        return index.Memory is { } memory
            ? $"{total}: vectors {Quantity.Bytes(memory.Vectors)}, codes {Quantity.Bytes(memory.Codes)}, other {Quantity.Bytes(memory.Other)}; mapped {Quantity.Bytes(memory.Mapped)}"
            : total;
    }

    /// <summary>What is not loaded is not counted: a zero would be taken for a loss.</summary>
    private static string WhenReady(IndexDescription index, string text) => index.IsReady ? text : "…";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
