package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// What strategic merge makes of random versions of one Deployment: the patch that takes `current` to
// `modified` for whoever last applied `original`, and what a hand-written patch does to `current`.
type patched struct {
	Original any    `json:"original"`
	Modified any    `json:"modified"`
	Current  any    `json:"current"`
	ThreeWay result `json:"threeWay"`
	Applied  result `json:"applied"`
	TwoWay   result `json:"twoWay"`
	Patch    any    `json:"patch"`
	Patched  result `json:"patched"`
}

type result struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func resultOf(text []byte, err error) result {
	if err != nil {
		return result{Error: err.Error()}
	}
	return result{Value: text}
}

const patchedBase = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web","tier":"front"},
"annotations":{"a":"1","b":"2"},"finalizers":["x/a","x/b"]},"spec":{"replicas":3,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"}},
"selector":{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"k","operator":"In","values":["a","b"]}]},
"template":{"metadata":{"labels":{"app":"web"}},"spec":{"nodeSelector":{"disk":"ssd"},
"containers":[{"name":"c","image":"nginx","args":["a","b"],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C","value":"3"}],
"ports":[{"containerPort":80,"protocol":"TCP","name":"http"},{"containerPort":443,"protocol":"TCP"}],
"volumeMounts":[{"name":"v","mountPath":"/v"},{"name":"w","mountPath":"/w"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}},
"readinessProbe":{"httpGet":{"path":"/","port":80}}},
{"name":"d","image":"busy","envFrom":[{"configMapRef":{"name":"x"}}]},{"name":"e","image":"side"}],
"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"x","items":[{"key":"a","path":"b"}]}}],
"tolerations":[{"key":"a","operator":"Exists"},{"key":"b","operator":"Equal","value":"c"}],
"imagePullSecrets":[{"name":"p"},{"name":"q"}],"hostAliases":[{"ip":"10.0.0.1","hostnames":["a","b"]}],
"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]}}}}`

func parsed(text string) any {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic(err)
	}
	return value
}

func rendered(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

func keysOf(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Changes something below, of the same JSON type.
func vary(random *rand.Rand, value any, nulls bool) any {
	switch value := value.(type) {
	case map[string]any:
		keys := keysOf(value)
		if len(keys) == 0 {
			return value
		}
		key := keys[random.Intn(len(keys))]
		switch random.Intn(9) {
		case 0:
			delete(value, key)
		case 1:
			if nulls {
				value[key] = nil
			}
		default:
			value[key] = vary(random, value[key], nulls)
		}
		return value
	case []any:
		if len(value) == 0 {
			return value
		}
		i := random.Intn(len(value))
		switch random.Intn(8) {
		case 0:
			return append(append([]any{}, value[:i]...), value[i+1:]...)
		case 1:
			random.Shuffle(len(value), func(a, b int) { value[a], value[b] = value[b], value[a] })
		case 2:
			copied := parsed(string(rendered(value[i])))
			if object, ok := copied.(map[string]any); ok {
				for _, key := range []string{"name", "containerPort", "mountPath", "ip", "key", "topologyKey"} {
					if _, ok := object[key].(string); ok {
						object[key] = fmt.Sprint(object[key], random.Intn(3))
						break
					}
				}
			} else {
				copied = vary(random, copied, nulls)
			}
			at := random.Intn(len(value) + 1)
			return append(append(append([]any{}, value[:at]...), copied), value[at:]...)
		default:
			value[i] = vary(random, value[i], nulls)
		}
		return value
	case string:
		return []string{"a", "b", "web", "nginx", "1", ""}[random.Intn(6)]
	case float64:
		return float64([]int{0, 1, 80, 81, 443}[random.Intn(5)])
	}
	return value
}

// Puts a directive of strategic merge somewhere into a patch.
func direct(random *rand.Rand, value any) any {
	switch value := value.(type) {
	case map[string]any:
		keys := keysOf(value)
		if len(keys) == 0 || random.Intn(3) == 0 {
			directives := []string{"replace", "delete", "merge"}
			if random.Intn(12) == 0 {
				directives = []string{"bogus"}
			}
			value["$patch"] = directives[random.Intn(len(directives))]
			return value
		}
		key := keys[random.Intn(len(keys))]
		switch list := value[key].(type) {
		case []any:
			switch random.Intn(5) {
			case 0:
				value["$setElementOrder/"+key] = vary(random, parsed(string(rendered(list))), false)
				return value
			case 1:
				value["$deleteFromPrimitiveList/"+key] = parsed(string(rendered(list)))
				delete(value, key)
				return value
			case 2:
				value[key] = append(list, map[string]any{"$patch": "replace"})
				return value
			}
		case map[string]any:
			if random.Intn(4) == 0 {
				retained := []any{}
				for _, kept := range keysOf(list) {
					retained = append(retained, kept)
				}
				if random.Intn(4) == 0 {
					retained = retained[:len(retained)/2]
				}
				list["$retainKeys"] = retained
				return value
			}
		}
		value[key] = direct(random, value[key])
		return value
	case []any:
		if len(value) > 0 {
			i := random.Intn(len(value))
			value[i] = direct(random, value[i])
		}
		return value
	}
	return value
}

// Only some of what there is, as patches have.
func thin(random *rand.Rand, value any, depth int) any {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range keysOf(value) {
			if key == "name" || key == "ip" || key == "containerPort" || key == "mountPath" || key == "topologyKey" || key == "whenUnsatisfiable" || key == "protocol" {
				if random.Intn(60) > 0 {
					continue
				}
			}
			if depth > 2 && random.Intn(3) == 0 {
				delete(value, key)
				continue
			}
			value[key] = thin(random, value[key], depth+1)
		}
	case []any:
		for i := range value {
			value[i] = thin(random, value[i], depth+1)
		}
	}
	return value
}

func patches(count int, seed int64) {
	random := rand.New(rand.NewSource(seed))
	varied := func(from any, times int, nulls bool) any {
		value := parsed(string(rendered(from)))
		for range times {
			value = vary(random, value, nulls)
		}
		return value
	}
	for range count {
		original := varied(parsed(patchedBase), random.Intn(12), false)
		modified := varied(original, 1+random.Intn(12), false)
		current := varied(original, random.Intn(16), false)
		patch := thin(random, varied(current, random.Intn(12), true), 0)
		for range random.Intn(3) {
			patch = direct(random, patch)
		}
		each := patched{Original: original, Modified: modified, Current: current, Patch: patch}
		meta, err := strategicpatch.NewPatchMetaFromStruct(appsv1.Deployment{})
		if err != nil {
			panic(err)
		}
		threeWay, err := strategicpatch.CreateThreeWayMergePatch(rendered(original), rendered(modified), rendered(current), meta, true)
		each.ThreeWay = resultOf(threeWay, err)
		if err == nil {
			each.Applied = resultOf(strategicpatch.StrategicMergePatch(rendered(current), threeWay, appsv1.Deployment{}))
		}
		each.TwoWay = resultOf(strategicpatch.CreateTwoWayMergePatch(rendered(original), rendered(modified), appsv1.Deployment{}))
		each.Patched = resultOf(strategicpatch.StrategicMergePatch(rendered(current), rendered(patch), appsv1.Deployment{}))
		fmt.Println(string(rendered(each)))
	}
}
