using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors;

/// <summary>Everything a view holds on to: the states that each part published together.</summary>
/// <param name="Dimensions">Of a vector.</param>
/// <param name="RowCount">Rows that the view knows; what the shared blocks hold beyond is not there for it.</param>
/// <param name="LiveCount">Rows that are not dead.</param>
/// <param name="Memory">Of the whole collection when it was published.</param>
/// <param name="Vectors">Of the rows.</param>
/// <param name="Ids">Of the rows.</param>
/// <param name="Locators">Of the rows.</param>
/// <param name="Dead">Bitmap of dead rows in chunks.</param>
/// <param name="IdTable">Finds rows by id.</param>
/// <param name="IdRuns">Rows in id order.</param>
/// <param name="Filters">Indexes of the declared fields.</param>
/// <param name="Index">Codes of all rows, and of rows that came later; null where searches are exact.</param>
/// <param name="ListSizes">Rows of each list of the index; what it holds beyond is not there for the view.</param>
/// <param name="Recall">Says how thoroughly to search, and takes samples.</param>
internal sealed record CollectionState(
    int Dimensions,
    int RowCount,
    int LiveCount,
    MemoryUse Memory,
    VectorRows Vectors,
    string[][] Ids,
    long[][] Locators,
    ulong[]?[] Dead,
    IdTable.Table IdTable,
    int[][] IdRuns,
    FilterView Filters,
    ListIndex? Index,
    float[]? ListSizes,
    RecallMonitor Recall);
