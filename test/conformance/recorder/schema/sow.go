package main

import (
	"math/rand"
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Texts that are right in some fields and wrong in others.
var seeds = []string{
	"", "a", "web", "app", "Web", "a b", "a.b", "x/y", "../x", "/abs", "a/../b", "..x", "v", "c", "1", "-1", "80",
	"TCP", "UDP", "tcp", "Always", "IfNotPresent", "Never", "OnFailure", "File", "FallbackToLogsOnError",
	"metadata.name", "metadata.labels['app']", "metadata.annotations['A_b']", "spec.nodeName", "status.phase",
	"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Equal", "Lt", "NoExecute", "NoSchedule", "PreferNoSchedule",
	"DoNotSchedule", "ScheduleAnyway", "Honor", "kubernetes.io/hostname", "example.com/gpu", "Local", "Cluster",
	"RuntimeDefault", "Localhost", "Unconfined", "limits.cpu", "requests.memory", "cpu", "memory", "hugepages-2Mi",
	"ephemeral-storage", "bogus", "10.0.0.1", "fe80::1", "1.2.3", "ClusterFirst", "None", "Default", "Recreate",
	"RollingUpdate", "25%", "101%", "0%", "Directory", "FileOrCreate", "Resource", "Pods", "Object", "External",
	"ContainerResource", "Utilization", "Value", "AverageValue", "Max", "Min", "Disabled", "Percent", "HTTP", "HTTPS",
	"Restart", "RestartAllContainers", "AlwaysAllow", "IfHealthyBudget", "Merge", "OnRootMismatch", "Recursive",
	"Bidirectional", "HostToContainer", "Enabled", "SIGTERM", "NotRequired", "RestartContainer", "v1", "apps/v1",
	"a-very-long-name-that-goes-on-and-on-and-on-until-it-is-longer-than-any-label-may-be", "A=B", "é", "<x>&",
	"CAP_SYS_ADMIN", "NET_ADMIN", "Unmasked", "Plaintext", "PreemptLowerPriority", "$(A)", "A", "nginx:1.14.2",
}

var numbers = []int64{0, 0, 1, 1, 2, 3, 5, 10, 30, 80, 80, 100, 101, 255, 443, 511, 512, 600, 601, 1800, 3600, 3601, 65535, 65536, 70000, -1, -5, 2147483647}

// Values with a JSON form of their own.
func scalar(value reflect.Value) (string, bool) {
	switch value.Interface().(type) {
	case resource.Quantity, intstr.IntOrString, metav1.Time:
		return "", true
	}
	return "", false
}

func sow(random *rand.Rand, value reflect.Value, depth int) {
	switch value.Interface().(type) {
	case resource.Quantity:
		value.Set(reflect.ValueOf(resource.MustParse(quantities[random.Intn(len(quantities))])))
		return
	case intstr.IntOrString:
		of := intstr.FromInt32(int32(numbers[random.Intn(len(numbers))]))
		if random.Intn(2) == 0 {
			of = intstr.FromString(seeds[random.Intn(len(seeds))])
		}
		value.Set(reflect.ValueOf(of))
		return
	case metav1.Time:
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		sow(random, value.Elem(), depth)
	case reflect.Struct:
		for i := range value.NumField() {
			if skipped[value.Type().Field(i).Name] {
				continue
			}
			chance := 60
			if value.NumField() > 12 {
				chance = 14
			}
			if random.Intn(100) < chance && depth < 9 {
				sow(random, value.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		for range 1 + random.Intn(2) {
			element := reflect.New(value.Type().Elem()).Elem()
			sow(random, element, depth+1)
			value.Set(reflect.Append(value, element))
		}
	case reflect.Map:
		// One entry: with more, Go would list errors in random order.
		value.Set(reflect.MakeMap(value.Type()))
		key := reflect.New(value.Type().Key()).Elem()
		element := reflect.New(value.Type().Elem()).Elem()
		sow(random, key, depth+1)
		sow(random, element, depth+1)
		value.SetMapIndex(key, element)
	case reflect.String:
		value.SetString(seeds[random.Intn(len(seeds))])
	case reflect.Bool:
		value.SetBool(random.Intn(2) == 0)
	case reflect.Int32, reflect.Int64:
		value.SetInt(numbers[random.Intn(len(numbers))])
	case reflect.Uint8:
		value.SetUint(uint64(random.Intn(256)))
	}
}
