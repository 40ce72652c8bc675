// Command schema prints what rollsim needs to know of Kubernetes' Go types, by reflection.
//
//	schema types   the table of src/apiserver/schema-data.json
//	schema hashes  random pod templates with their pod-template-hash, one JSON object a line
//	schema hash    the same for templates given on standard input, one JSON object a line
//	schema judged  random objects with what the API server says of them, one JSON object a line
//	schema patched random versions of a Deployment with the strategic patches between them
//	schema read    random quantities, selectors and image names with what is read out of them
//	schema updated random changes of objects with what the API server says of them
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
)

var roots = []struct {
	kind  string
	value any
}{
	{"apps/v1/DaemonSet", appsv1.DaemonSet{}},
	{"apps/v1/Deployment", appsv1.Deployment{}},
	{"apps/v1/ReplicaSet", appsv1.ReplicaSet{}},
	{"apps/v1/StatefulSet", appsv1.StatefulSet{}},
	{"autoscaling/v1/Scale", autoscalingv1.Scale{}},
	{"autoscaling/v2/HorizontalPodAutoscaler", autoscalingv2.HorizontalPodAutoscaler{}},
	{"batch/v1/CronJob", batchv1.CronJob{}},
	{"batch/v1/Job", batchv1.Job{}},
	{"networking.k8s.io/v1/Ingress", networkingv1.Ingress{}},
	{"networking.k8s.io/v1/NetworkPolicy", networkingv1.NetworkPolicy{}},
	{"policy/v1/PodDisruptionBudget", policyv1.PodDisruptionBudget{}},
	{"scheduling.k8s.io/v1/PriorityClass", schedulingv1.PriorityClass{}},
	{"storage.k8s.io/v1/StorageClass", storagev1.StorageClass{}},
	{"v1/ConfigMap", corev1.ConfigMap{}},
	{"v1/Event", corev1.Event{}},
	{"v1/LimitRange", corev1.LimitRange{}},
	{"v1/Namespace", corev1.Namespace{}},
	{"v1/Node", corev1.Node{}},
	{"v1/PersistentVolume", corev1.PersistentVolume{}},
	{"v1/PersistentVolumeClaim", corev1.PersistentVolumeClaim{}},
	{"v1/Pod", corev1.Pod{}},
	{"v1/PodTemplate", corev1.PodTemplate{}},
	{"v1/ReplicationController", corev1.ReplicationController{}},
	{"v1/ResourceQuota", corev1.ResourceQuota{}},
	{"v1/Secret", corev1.Secret{}},
	{"v1/Service", corev1.Service{}},
	{"v1/ServiceAccount", corev1.ServiceAccount{}},
}

// Types with a JSON form of their own; the reader of the table knows them by name.
var opaque = map[string]bool{
	"resource.Quantity": true, "intstr.IntOrString": true, "v1.Time": true, "v1.MicroTime": true,
	"v1.FieldsV1": true, "runtime.RawExtension": true,
}

type table struct {
	Kinds   map[string]string `json:"kinds"`
	Named   map[string]string `json:"named"`
	Structs map[string]string `json:"structs"`
	paths   map[string]string
}

func (t *table) add(typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		if typ.Name() == "" {
			t.add(typ.Elem())
			return
		}
	case reflect.Map:
		if typ.Name() == "" {
			t.add(typ.Key())
			t.add(typ.Elem())
			return
		}
	}
	name := typ.String()
	if typ.PkgPath() == "" || opaque[name] {
		return
	}
	full := typ.PkgPath() + "." + typ.Name()
	if known, ok := t.paths[name]; ok {
		// Two string types of one name look the same to every reader of the table.
		if known != full && typ.Kind() != reflect.String {
			panic("two types are called " + name + ": " + known + " and " + full)
		}
		return
	}
	t.paths[name] = full
	switch typ.Kind() {
	case reflect.Struct:
		t.addStruct(name, typ)
	case reflect.Map:
		t.Named[name] = "map[" + typ.Key().String() + "]" + typ.Elem().String()
		t.add(typ.Key())
		t.add(typ.Elem())
	case reflect.Slice:
		t.Named[name] = "[]" + typ.Elem().String()
		t.add(typ.Elem())
	default:
		t.Named[name] = typ.Kind().String()
	}
}

func (t *table) addStruct(name string, typ reflect.Type) {
	var fields []string
	for i := 0; i < typ.NumField(); i++ {
		field := typ.Field(i)
		if !field.IsExported() {
			panic(name + " has the unexported field " + field.Name)
		}
		fields = append(fields, describe(field))
		t.add(field.Type)
	}
	t.Structs[name] = strings.Join(fields, " ")
}

// GoName:jsonName:options:type[:mergeKey[:strategy]]; options: o omitempty, z omitzero, i inline.
func describe(field reflect.StructField) string {
	tag := strings.Split(field.Tag.Get("json"), ",")
	jsonName, options := tag[0], ""
	for _, option := range tag[1:] {
		options += map[string]string{"omitempty": "o", "omitzero": "z", "inline": "i"}[option]
	}
	if field.Anonymous && jsonName == "" && !strings.Contains(options, "i") {
		options += "i"
	}
	parts := []string{field.Name, jsonName, options, field.Type.String()}
	mergeKey, strategy := field.Tag.Get("patchMergeKey"), field.Tag.Get("patchStrategy")
	if mergeKey != "" || strategy != "" {
		parts = append(parts, mergeKey)
	}
	if strategy != "" {
		parts = append(parts, strategy)
	}
	return strings.Join(parts, ":")
}

func printTypes() {
	t := table{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	for _, root := range roots {
		typ := reflect.TypeOf(root.value)
		t.Kinds[root.kind] = typ.String()
		t.add(typ)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(t); err != nil {
		panic(err)
	}
	names := make([]string, 0, len(t.paths))
	for name := range t.paths {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(os.Stderr, len(t.Structs), "structs,", len(t.Named), "named types")
}

func main() {
	if len(os.Args) != 2 {
		panic("want one argument: types, hashes, hash or judged")
	}
	switch os.Args[1] {
	case "types":
		printTypes()
	case "hashes":
		printHashes()
	case "patched":
		patches(300, 1)
	case "read":
		readings(2000, 5)
	case "updated":
		updatedMany(1000, 1)
	case "judged":
		judged(1000, 1)
	case "hash":
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			printHash(lines.Bytes(), nil)
		}
	default:
		panic("unknown argument " + os.Args[1])
	}
}
