using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Places for requests at work. A tenant alone may have all of them; beside others each has its share. Those that came
/// before the share shrank stay, so that at any moment there may be a few times as many at work as places.
/// </summary>
internal sealed class TenantShares(int places)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TenantId, int> _atWork = [];

    public bool TryEnter(TenantId tenant)
    {
        lock (_lock)
        {
            var own = _atWork.GetValueOrDefault(tenant);
            var tenants = _atWork.Count + (own == 0 ? 1 : 0);
            if (own >= Math.Max(1, places / tenants))
                return false;
            _atWork[tenant] = own + 1;
            return true;
        }
    }

    public void Leave(TenantId tenant)
    {
        lock (_lock)
        {
            if (--_atWork[tenant] is var left && left > 0)
                return;
            _atWork.Remove(tenant);
        }
    }
}
