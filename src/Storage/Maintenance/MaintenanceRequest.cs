using ClipOrleans.Storage.Writing;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>Something that background work has to do on the writer's turn, between two writes; behind it the writer looks what is due.</summary>
/// <param name="work">Handles its own failures: what it throws stops the writer.</param>
/// <param name="refused">Told when the writer does not come to it.</param>
internal sealed class MaintenanceRequest(Action work, Action refused) : WriteRequest(0, CancellationToken.None)
{
    public void Run() => work();

    public override void Fail(Exception reason) => refused();

    protected override void Withdraw() => refused();
}
