using ClipOrleans.Repository.Tests.Deploy.Yaml;

namespace ClipOrleans.Repository.Tests.Deploy.Templates;

// Danger: a renderer of ours that renders otherwise than Helm proves manifests that nobody will ever get.
// Invariant: for the subset, what Go's text/template with Sprig prints; everything else is refused, never passed over.
// Method: templates with the text that Go 1.19 and Sprig 3.2 printed for them (eng/deploy-check.sh compares the whole chart), and offences.
public sealed class TemplateEngineTests
{
    private const string Values = """
        name: clip
        empty: ""
        none: null
        port: 8080
        lit: true
        dark: false
        list: [a, b]
        map: {b: 2, a: one}
        deep: {er: {x: z}}
        """;

    [Theory]
    [InlineData("a {{ .name }} b", "a clip b")]
    [InlineData("a\n{{- if .lit }}\nb\n{{- end }}\nc", "a\nb\nc")]
    [InlineData("{{ if .dark }}1{{ else if eq .name \"clip\" }}2{{ else }}3{{ end }}", "2")]
    [InlineData("{{ if and .lit .empty }}1{{ else }}2{{ end }}", "2")]
    [InlineData("{{ or .empty .name }}", "clip")]
    [InlineData("{{ range .list }}[{{ . }}]{{ end }}", "[a][b]")]
    [InlineData("{{ range $i, $x := .list }}{{ $i }}={{ $x }} {{ end }}", "0=a 1=b ")]
    [InlineData("{{ range $k, $v := .map }}{{ $k }}={{ $v }} {{ end }}", "a=one b=2 ")]
    [InlineData("{{ range .none }}x{{ else }}y{{ end }}", "y")]
    [InlineData("{{ with .deep }}{{ .er.x }}{{ $.name }}{{ end }}", "zclip")]
    [InlineData("{{ with .empty }}x{{ else }}{{ .name }}{{ end }}", "clip")]
    [InlineData("{{ with $d := .deep }}{{ $d.er.x }}{{ end }}", "z")]
    [InlineData("{{ $x := 1 }}{{ if .lit }}{{ $x = 2 }}{{ end }}{{ $x }}", "2")]
    [InlineData("{{ .name | quote }} {{ .port | quote }}", "\"clip\" \"8080\"")]
    [InlineData("{{ default \"x\" .empty }}{{ .name | default \"x\" }}", "xclip")]
    [InlineData("{{ printf \"%s-%d %v%%\" .name 7 .lit }}", "clip-7 true%")]
    [InlineData("{{ (printf \"%s-x\" .name) | trunc 5 | trimSuffix \"-\" }}", "clip")]
    [InlineData("{{ toYaml .map | nindent 2 }}", "\n  a: one\n  b: 2")]
    [InlineData("{{ toYaml .list }}", "- a\n- b")]
    [InlineData("{{ (dict \"a\" .port).a }}", "8080")]
    [InlineData("{{ \"Search:Threads\" | replace \":\" \"__\" }}", "Search__Threads")]
    [InlineData("{{/* a comment with }} in it */}}x {{- /* and */ -}} y", "xy")]
    [InlineData("{{ define \"t\" }}<{{ .x }}>{{ end }}{{ include \"t\" (dict \"x\" .name) }}", "<clip>")]
    [InlineData("{{ gt (int .port) 80 }}{{ not .dark }}{{ ne .name \"x\" }}", "truetruetrue")]
    [InlineData("{{ add 1 .port }}", "8081")]
    [InlineData("{{ `{{ raw }}` }}", "{{ raw }}")]
    [InlineData("{{ hasKey .map \"a\" }}{{ join \",\" .list }}{{ contains \"li\" .name }}", "truea,btrue")]
    [InlineData("{{ sha256sum \"x\" | trunc 8 }}", "2d711642")]
    public void What_Go_prints_is_printed(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ .nam }}", "there is no .nam")]
    [InlineData("{{ .deep.err.x }}", "there is no .err")]
    [InlineData("{{ .none }}", "nothing is there")]
    [InlineData("{{ .map }}", "toYaml")]
    [InlineData("{{ upper .name }}", "upper is not in the subset")]
    [InlineData("{{ if .lit }}x", "has no end")]
    [InlineData("x{{ end }}", "nothing that it could end")]
    [InlineData("{{ .name", "not closed")]
    [InlineData("{{ include \"t\" . }}", "no template defines t")]
    [InlineData("{{ required \"say a name\" .empty }}", "say a name")]
    [InlineData("{{ eq .port \"8080\" }}", "does not compare")]
    [InlineData("{{ $y }}", "no variable $y")]
    [InlineData("{{ 67108864 }}", "1e+06")]
    [InlineData("{{ printf \"%s\" .port }}", "does not take")]
    [InlineData("{{ printf \"%d\" 1 2 }}", "does not take 2 values")]
    [InlineData("\n\n{{ fail \"no\" }}", "line 3: no")]
    [InlineData("{{ define \"t\" }}{{ include \"t\" . }}{{ end }}{{ include \"t\" . }}", "includes itself")]
    public void What_is_wrong_or_beyond_the_subset_is_refused(string template, string words) =>
        Assert.Contains(words, Assert.Throws<TemplateException>(() => Render(template)).Message, StringComparison.Ordinal);

    private static string Render(string template)
    {
        var engine = new TemplateEngine();
        return engine.Render(engine.Load("test", template), YamlValue.Read(Values));
    }
}
