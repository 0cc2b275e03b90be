using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Deploy.Image;
using ClipOrleans.Repository.Tests.Deploy.Kubernetes;
using ClipOrleans.Repository.Tests.Deploy.Settings;
using ClipOrleans.Repository.Tests.Sources;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Compose;

/// <summary>The part of the compose specification that our file keeps to, and what makes it safe to run.</summary>
internal static partial class ComposeRules
{
    /// <summary>Keys of a service and the form of their values. Another key is refused, though compose may know it.</summary>
    private static readonly Dictionary<string, Func<object?, bool>> s_service = new()
    {
        ["image"] = value => value is string,
        ["build"] = value => value is YamlMap map && map.All(pair => pair is { Key: "context" or "dockerfile", Value: string }),
        ["command"] = IsTexts,
        ["user"] = value => value is string text && User().IsMatch(text),
        ["environment"] = value => value is YamlMap map && map.Values.All(item => item is string),
        ["healthcheck"] = IsHealthCheck,
        ["depends_on"] = value => value is YamlMap map && map.Values.All(item => Manifest.Read(item, "condition") is "service_healthy" or "service_started" or "service_completed_successfully"),
        ["networks"] = IsTexts,
        ["network_mode"] = value => value is string text && text.StartsWith("service:", StringComparison.Ordinal),
        ["ports"] = value => IsTexts(value) && ((List<object?>)value!).All(port => Port().IsMatch((string)port!)),
        ["volumes"] = value => IsTexts(value) && ((List<object?>)value!).All(volume => Volume().IsMatch((string)volume!)),
        ["tmpfs"] = IsTexts,
        ["read_only"] = value => value is bool,
        ["cap_drop"] = IsTexts,
        ["security_opt"] = IsTexts,
        ["pids_limit"] = value => value is long,
        ["mem_limit"] = value => value is string text && Bytes().IsMatch(text),
        ["cpus"] = value => value is long or double,
        ["restart"] = value => value is "no" or "always" or "on-failure" or "unless-stopped",
        ["stop_grace_period"] = IsDuration,
        ["deploy"] = value => value is YamlMap { Count: 1 } map && map.TryGetValue("replicas", out var replicas) && replicas is long,
    };

    private static readonly string[] s_sections = ["services", "networks", "volumes"];

    public static IEnumerable<(string Rule, Finding Finding)> All(ComposeFile file, Func<string, bool> exists)
    {
        (string Rule, IEnumerable<Finding> Findings)[] rules =
        [
            ("form", file.Services.SelectMany(Form).Concat(file.Content.Keys.Where(key => !s_sections.Contains(key) && !key.StartsWith("x-", StringComparison.Ordinal)).Select(key => Of("the file", $"'{key}' is no section")))),
            ("names", file.Services.SelectMany(service => Names(service, file, exists))),
            ("confined", file.Services.SelectMany(Confinement)),
            ("image", file.Services.Where(service => !ContainerFileRules.IsPinned(service.Image)).Select(service => Of(service, $"{service.Image} is another image tomorrow"))),
            ("health", file.Services.Where(service => service.At("healthcheck") is null).Select(service => Of(service, "no health check"))),
            ("settings", file.Services.SelectMany(service => service.Environment.Keys.Where(name => !SettingNames.IsRead(name)).Select(name => Of(service, $"{name} is read by nobody")))),
            ("open", file.Services.SelectMany(service => service.Texts("ports").Where(port => !port.StartsWith("127.0.0.1:", StringComparison.Ordinal)).Select(port => Of(service, $"others reach {port}")))),
        ];
        return rules.SelectMany(rule => rule.Findings, (rule, finding) => (rule.Rule, finding));
    }

    private static IEnumerable<Finding> Form(ComposeService service) =>
        from pair in service.Content
        where !s_service.TryGetValue(pair.Key, out var fits) || !fits(pair.Value)
        select Of(service, $"{pair.Key}: there is no such key, or its value has another form");

    private static IEnumerable<Finding> Names(ComposeService service, ComposeFile file, Func<string, bool> exists)
    {
        var services = file.Services.Select(one => one.Name).ToHashSet();
        foreach (var network in service.Texts("networks").Where(network => !file.Names("networks").Contains(network)))
            yield return Of(service, $"there is no network {network}");
        foreach (var (name, condition) in service.DependsOn)
        {
            if (!services.Contains(name))
                yield return Of(service, $"there is no service {name}");
            else if (condition == "service_healthy" && file.Services.Single(one => one.Name == name).At("healthcheck") is null)
                yield return Of(service, $"{name} never says that it is healthy");
        }

        if (service.At("network_mode") is string mode && (!services.Contains(mode["service:".Length..]) || service.At("ports") is not null || service.At("networks") is not null))
            yield return Of(service, $"'{mode}' names no service, or the service has ports or networks beside it");
        foreach (var source in service.Texts("volumes").Select(volume => volume.Split(':')[0]))
        {
            if (source.StartsWith('.') ? !exists(source) : !file.Names("volumes").Contains(source))
                yield return Of(service, $"there is no volume or file {source}");
        }

        if (Manifest.Read(service.At("build"), "dockerfile") is string container && !exists($"{Manifest.Read(service.At("build"), "context")}/{container}"))
            yield return Of(service, $"there is no {container}");
    }

    private static IEnumerable<Finding> Confinement(ComposeService service)
    {
        if (service.At("read_only") is not true)
            yield return Of(service, "its root file system can be written");
        if (service.Texts("cap_drop").Order().ToList() is not ["ALL"])
            yield return Of(service, "it keeps capabilities");
        if (!service.Texts("security_opt").Contains("no-new-privileges:true"))
            yield return Of(service, "it may become privileged");
        if (service.Texts("tmpfs").All(path => !path.StartsWith("/tmp", StringComparison.Ordinal)))
            yield return Of(service, "no /tmp that can be written");
        if (service.At("mem_limit") is null || service.At("cpus") is null || service.At("pids_limit") is null)
            yield return Of(service, "no limit of memory, processors or processes");
        if (service.At("build") is null && service.At("user") is null)
            yield return Of(service, "it runs as the user of somebody else's image, perhaps root");
        if (service.Environment.Keys.Any(name => name.Contains("password", StringComparison.OrdinalIgnoreCase)))
            yield return Of(service, "a password in the environment");
    }

    private static bool IsTexts(object? value) => value is List<object?> { Count: > 0 } list && list.All(item => item is string);

    private static bool IsDuration(object? value) => value is string text && Duration().IsMatch(text);

    private static bool IsHealthCheck(object? value) => value is YamlMap map
        && map.GetValueOrDefault("test") is List<object?> and ["CMD", ..] test && IsTexts(test)
        && map.All(pair => pair.Key switch { "test" => true, "interval" or "timeout" or "start_period" => IsDuration(pair.Value), "retries" => pair.Value is long, _ => false });

    private static Finding Of(object where, string what) => new($"{where}", 0, what);

    [GeneratedRegex(@"^[1-9]\d*:[1-9]\d*$")]
    private static partial Regex User();

    [GeneratedRegex(@"^([\d.]+:)?\d+:\d+$")]
    private static partial Regex Port();

    [GeneratedRegex(@"^[^:]+:/[^:]*(:ro)?$")]
    private static partial Regex Volume();

    [GeneratedRegex(@"^\d+[kmg]$")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"^(\d+h)?(\d+m)?(\d+s)?$")]
    private static partial Regex Duration();
}
