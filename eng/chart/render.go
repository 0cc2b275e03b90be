// Renders a chart with Go's own text/template and Sprig, which is what Helm is made of, and prints every manifest.
//
//	render <chart folder> <release name> <namespace> [values file …]
//
// It is the second opinion on the renderer of tests/Repository.Tests/Deploy, which knows a subset: eng/deploy-check.sh compares them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	folder, release, namespace := args[0], args[1], args[2]
	values := map[string]interface{}{}
	for _, file := range append([]string{filepath.Join(folder, "values.yaml")}, args[3:]...) {
		more, err := read(file)
		if err != nil {
			return err
		}
		merge(values, more)
	}
	chart, err := read(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return err
	}
	upper := map[string]interface{}{}
	for key, value := range chart {
		upper[strings.ToUpper(key[:1])+key[1:]] = value
	}
	data := map[string]interface{}{
		"Values":  values,
		"Chart":   upper,
		"Release": map[string]interface{}{"Name": release, "Namespace": namespace, "Service": "Helm"},
	}
	return render(folder, data)
}

func render(folder string, data interface{}) error {
	files, err := filepath.Glob(filepath.Join(folder, "templates", "*"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	root := template.New("").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, dot interface{}) (string, error) {
		var text strings.Builder
		err := root.ExecuteTemplate(&text, name, dot)
		return text.String(), err
	}
	functions["toYaml"] = func(value interface{}) string {
		var text strings.Builder
		encoder := yaml.NewEncoder(&text)
		encoder.SetIndent(2)
		_ = encoder.Encode(value)
		return strings.TrimSuffix(text.String(), "\n")
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	functions["fail"] = func(message string) (string, error) { return "", fmt.Errorf("%s", message) }
	root.Funcs(functions)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := root.New(filepath.Base(file)).Parse(string(text)); err != nil {
			return err
		}
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var text strings.Builder
		if err := root.ExecuteTemplate(&text, name, data); err != nil {
			return err
		}
		fmt.Printf("# Source: %s\n%s\n", name, text.String())
		if !strings.HasSuffix(name, ".txt") {
			fmt.Println("---")
		}
	}
	return nil
}

// read takes YAML by way of JSON, so that numbers are floating-point numbers as in Helm.
func read(file string) (map[string]interface{}, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var value interface{}
	if err := yaml.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	result := map[string]interface{}{}
	return result, json.Unmarshal(encoded, &result)
}

// merge lets more win, map by map; a null takes a key away.
func merge(values, more map[string]interface{}) {
	for key, value := range more {
		under, isMap := values[key].(map[string]interface{})
		over, areMaps := value.(map[string]interface{})
		switch {
		case isMap && areMaps:
			merge(under, over)
		case value == nil:
			delete(values, key)
		default:
			values[key] = value
		}
	}
}
