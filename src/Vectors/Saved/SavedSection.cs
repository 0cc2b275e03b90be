namespace ClipOrleans.Vectors.Saved;

/// <summary>The sections of a rows file, in their order. Numbers are little endian and nothing is padded.</summary>
internal enum SavedSection
{
    /// <summary>Bytes of each row's id as UTF-8, 16 bits.</summary>
    IdLengths = 0,

    /// <summary>The ids, one behind the other.</summary>
    IdBytes = 1,

    /// <summary>64 bits for each row.</summary>
    Locators = 2,

    /// <summary>One bit for each row, 64 in a word: 1 for a row that is dead.</summary>
    Dead = 3,

    /// <summary>How many sorted runs (32 bits); then for each its length and its row numbers, 32 bits each.</summary>
    IdOrder = 4,

    /// <summary>One index for each declared field: see <see cref="Filters.FieldIndex"/>.</summary>
    Fields = 5,
}
