// Command kustomize prints the tables of src/kubectl/kustomize/tables.json: which fields the transformers of
// kustomize change, which lists its strategic merge joins by which keys, and which kinds have no namespace.
//
//	kustomize FOLDER   the folder of the module sigs.k8s.io/kustomize/api
package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

type fieldSpec struct {
	Group, Version, Kind, Path string
	Create                     bool
}

func (f fieldSpec) gvk() resid.Gvk { return resid.NewGvk(f.Group, f.Version, f.Kind) }

// group/version/kind path, with + where the field is made.
func (f fieldSpec) String() string {
	text := f.Group + "/" + f.Version + "/" + f.Kind + " " + f.Path
	if f.Create {
		text += " +"
	}
	return text
}

// In the order in which kustomize keeps them.
func texts(specs []fieldSpec) []string {
	result := []string{}
	sort.SliceStable(specs, func(i, j int) bool { return specs[i].gvk().IsLessThan(specs[j].gvk()) })
	for _, each := range specs {
		result = append(result, each.String())
	}
	return result
}

// The constants stand between backticks in an internal package.
func constants(folder string) string {
	var all strings.Builder
	parts := regexp.MustCompile("(?s)`([^`]*)`")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, "internal/konfig/builtinpluginconsts", name+".go"))
		if err != nil {
			panic(err)
		}
		return parts.FindStringSubmatch(string(text))[1]
	}
	labels := read("metadatalabels")
	all.WriteString(read("commonlabels") + labels + read("templatelabels") + labels)
	for _, name := range []string{"commonannotations", "namespace", "images", "replicas", "namereference"} {
		all.WriteString(read(name))
	}
	return all.String()
}

var kinds = map[string]string{}
var types = map[string]map[string]string{}

func extension(schema *spec.Schema, name string) any { return schema.Extensions["x-kubernetes-"+name] }

// The name of the type that a field has, if lists are joined in it, and the keys of a list that is.
func describe(schema *spec.Schema) string {
	if ref := schema.Ref.String(); ref != "" {
		return visit(ref)
	}
	if schema.Items == nil {
		if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
			if inner := describe(schema.AdditionalProperties.Schema); inner != "" {
				panic("a map of types")
			}
		}
		return ""
	}
	strategy, _ := extension(schema, "patch-strategy").(string)
	if !strings.Contains(","+strategy+",", ",merge,") {
		return ""
	}
	keys := []string{}
	if list, ok := extension(schema, "list-map-keys").([]any); ok {
		for _, key := range list {
			keys = append(keys, key.(string))
		}
	} else if key, ok := extension(schema, "patch-merge-key").(string); ok {
		keys = append(keys, key)
	}
	element := ""
	if ref := schema.Items.Schema.Ref.String(); ref != "" {
		element = visit(ref)
	}
	return strings.TrimSuffix("["+strings.Join(keys, ",")+"] "+element, " ")
}

var open = map[string]bool{}

// Definitions have long names; the last part and, where two share it, the group's version tell them apart.
func visit(ref string) string {
	long := strings.TrimPrefix(ref, "#/definitions/")
	name := long
	if _, seen := types[name]; seen || open[name] {
		return found(name)
	}
	open[name] = true
	definition := openapi.Schema().Definitions[long]
	fields := map[string]string{}
	for field, schema := range definition.Properties {
		if text := describe(&schema); text != "" {
			fields[field] = text
		}
	}
	types[name] = fields
	return found(name)
}

func found(name string) string {
	if open[name] && types[name] == nil {
		return "" // it holds itself, as JSONSchemaProps do
	}
	if len(types[name]) == 0 {
		return ""
	}
	return name
}

func main() {
	var tables struct {
		CommonLabels      []fieldSpec `yaml:"commonLabels"`
		TemplateLabels    []fieldSpec `yaml:"templateLabels"`
		CommonAnnotations []fieldSpec `yaml:"commonAnnotations"`
		Namespace         []fieldSpec
		Images            []fieldSpec
		Replicas          []fieldSpec
		NameReference     []struct {
			Group, Version, Kind string
			FieldSpecs           []fieldSpec `yaml:"fieldSpecs"`
		} `yaml:"nameReference"`
	}
	if err := yaml.Unmarshal([]byte(constants(os.Args[1])), &tables); err != nil {
		panic(err)
	}
	references := []map[string]any{}
	for _, each := range tables.NameReference {
		to := each.Group + "/" + each.Version + "/" + each.Kind
		references = append(references, map[string]any{"to": to, "from": texts(each.FieldSpecs)})
	}
	openapi.Schema()
	clusterScoped := []string{}
	names := []string{}
	for name := range openapi.Schema().Definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		definition := openapi.Schema().Definitions[name]
		list, _ := extension(&definition, "group-version-kind").([]any)
		if len(list) != 1 {
			continue
		}
		one := list[0].(map[string]any)
		kind, _ := one["kind"].(string)
		group, _ := one["group"].(string)
		version, _ := one["version"].(string)
		apiVersion := version
		if group != "" {
			apiVersion = group + "/" + version
		}
		meta := kyaml.TypeMeta{APIVersion: apiVersion, Kind: kind}
		if openapi.IsCertainlyClusterScoped(meta) {
			clusterScoped = append(clusterScoped, apiVersion+"/"+kind)
		}
		if _, ok := definition.Properties["metadata"]; !ok || strings.HasSuffix(kind, "List") {
			continue
		}
		kinds[apiVersion+"/"+kind] = visit("#/definitions/" + name)
	}
	for name, fields := range types {
		if len(fields) == 0 {
			delete(types, name)
		}
	}
	short := shorten()
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(map[string]any{
		"commonLabels":      texts(tables.CommonLabels),
		"templateLabels":    texts(tables.TemplateLabels),
		"commonAnnotations": texts(tables.CommonAnnotations),
		"namespace":         texts(tables.Namespace),
		"images":            texts(tables.Images),
		"replicas":          texts(tables.Replicas),
		"nameReferences":    references,
		"clusterScoped":     clusterScoped,
		"kinds":             short.kinds,
		"types":             short.types,
	})
}

type shortened struct {
	kinds map[string]string
	types map[string]map[string]string
}

func shorten() shortened {
	taken := map[string]string{}
	long := []string{}
	for name := range types {
		long = append(long, name)
	}
	sort.Strings(long)
	short := map[string]string{}
	for _, name := range long {
		parts := strings.Split(name, ".")
		one := parts[len(parts)-1]
		if taken[one] != "" {
			one = strings.Join(parts[len(parts)-3:], ".")
		}
		taken[one] = name
		short[name] = one
	}
	result := shortened{map[string]string{}, map[string]map[string]string{}}
	for kind, name := range kinds {
		result.kinds[kind] = short[name]
	}
	for name, fields := range types {
		to := map[string]string{}
		for field, text := range fields {
			if at := strings.LastIndex(text, " "); at >= 0 {
				text = text[:at+1] + short[text[at+1:]]
			} else if !strings.HasPrefix(text, "[") {
				text = short[text]
			}
			to[field] = text
		}
		result.types[short[name]] = to
	}
	return result
}
