using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Storage.Tests.Maintenance;

/// <summary>An index whose trainings the test hands out; it counts what is asked of it.</summary>
internal sealed class ScriptedIndex : ITrainedIndex
{
    private readonly VectorCollection _collection = new(2, FieldSchema.Empty);
    private int _begun;
    private int _givenUp;

    public RecallMonitor Recall { get; } = new(0.95);

    public bool HasCodes { get; private set; }

    /// <summary>Given out one after the other; then none is due.</summary>
    public Queue<IIndexTraining> Due { get; } = [];

    /// <summary>What the next adoptions say; then true.</summary>
    public Queue<Func<bool>> Adoptions { get; } = [];

    /// <summary>Done whenever the view is asked for: what measuring does first.</summary>
    public Action OnView { get; set; } = static () => { };

    public int Begun => Volatile.Read(ref _begun);

    public int GivenUp => Volatile.Read(ref _givenUp);

    public SemaphoreSlim Adopted { get; } = new(0);

    public CollectionView View
    {
        get
        {
            OnView();
            return _collection.View;
        }
    }

    public IIndexTraining? BeginTraining()
    {
        if (!Due.TryDequeue(out var training))
            return null;
        Interlocked.Increment(ref _begun);
        return training;
    }

    public bool Adopt(IIndexTraining training)
    {
        try
        {
            var adopted = !Adoptions.TryDequeue(out var say) || say();
            HasCodes |= adopted;
            return adopted;
        }
        finally
        {
            Adopted.Release();
        }
    }

    public void GiveUpTraining() => Interlocked.Increment(ref _givenUp);
}
