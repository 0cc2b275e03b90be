using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Gateway.Cluster;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// The encoder silos, and how much this gateway has at work on each: the next call goes where the least is, so that a slow
/// or busy one gets less. One that is full or away is passed over at once for the next; encoding again does no harm.
/// </summary>
internal sealed class EncoderPool(IGrainFactory grains, ClusterMembers members)
{
    private const string Role = "encoder";

    private readonly Lock _gate = new();
    private Encoder[] _encoders = [];
    private uint _turn;

    /// <summary>Encoders that are known, at least one: as many share the work.</summary>
    public int Count => Math.Max(1, Volatile.Read(ref _encoders).Length);

    /// <param name="inputs">How much the call asks for.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="SiloUnavailableException">There is no encoder at the moment.</exception>
    public async Task<Result<T>> CallAsync<T>(int inputs, Func<IEncoderGrain, Task<Result<T>>> call)
    {
        var left = await ListAsync();
        Exception? away = null;
        Result<T>? full = null;
        while (Take(left, inputs) is { } encoder)
        {
            try
            {
                var answer = await members.WhileActiveAsync(call(grains.GetGrain<IEncoderGrain>(encoder.Address)), encoder.Address);
                if (answer.IsSuccess || answer.Error.Slug != Slugs.Overloaded)
                    return answer;
                full = answer;
            }
            catch (Exception fault) when (GrainCalls.WillPass(fault))
            {
                away = fault;
                members.Forget();
            }
            finally
            {
                Interlocked.Add(ref encoder.AtWork, -inputs);
            }
        }

        members.Forget();
        return full ?? throw away ?? new SiloUnavailableException("No process of the cluster runs models at the moment.");
    }

    /// <summary>The one with the least at work; of several, each in turn.</summary>
    private Encoder? Take(List<Encoder> left, int inputs)
    {
        if (left.Count == 0)
            return null;
        lock (_gate)
        {
            var turn = (int)(_turn++ % (uint)left.Count);
            var least = left[turn];
            for (var i = 1; i < left.Count; i++)
            {
                if (left[(turn + i) % left.Count] is var other && other.AtWork < least.AtWork)
                    least = other;
            }

            Interlocked.Add(ref least.AtWork, inputs);
            left.Remove(least);
            return least;
        }
    }

    private async ValueTask<List<Encoder>> ListAsync()
    {
        var listed = (await members.ListAsync()).Where(member => member.Roles.Contains(Role)).Select(member => member.Address).ToHashSet(StringComparer.Ordinal);
        lock (_gate)
        {
            if (!listed.SetEquals(_encoders.Select(encoder => encoder.Address)))
            {
                var known = _encoders.ToDictionary(encoder => encoder.Address, StringComparer.Ordinal);
                _encoders = [.. listed.Select(address => known.GetValueOrDefault(address) ?? new Encoder(address))];
            }

            return [.. _encoders];
        }
    }

    private sealed class Encoder(string address)
    {
        /// <summary>Texts and images that were sent and not yet answered.</summary>
        public int AtWork;

        public string Address => address;
    }
}
