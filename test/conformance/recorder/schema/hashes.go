package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/controller"
)

const templates = 240

var quantities = []string{
	"0", "1", "2", "100m", "0.5", "1500m", "1.5", "1k", "1000", "1Mi", "64Mi", "128Mi", "1Gi", "1.5Gi",
	"2000Mi", "8Ki", "1e3", "12E2", "1e-3", "500M", "0.001", "1u", "1n", "0.1n", "100Gi", "3Ti", "7Ei",
	"9223372036854775807", "9223372036854775808", "123456789012345678901", "-1", "-500m", "-1.5Gi",
	"1024", "010", "00", "0.0", "0m", "0Gi", "1.", ".5", "1234567890123456789.123456789", "+5",
	"1000000000000000000000n", "999999999999999999", "12345.678k", "3.3Mi", "0.3Ki", "16Pi", "100E",
}

var words = []string{"web", "nginx:1.14.2", "a", "TCP", "x-y.z/w", "Grüße", "a b", "", "日本 😀", "<&>"}

// What the controller manager holds came over the wire as protobuf, from a store of protobuf.
func overTheWire(text []byte) corev1.PodTemplateSpec {
	var decoded, held corev1.PodTemplateSpec
	if err := json.Unmarshal(text, &decoded); err != nil {
		panic(err)
	}
	for range 2 {
		wire, err := decoded.Marshal()
		if err != nil {
			panic(err)
		}
		held = corev1.PodTemplateSpec{}
		if err := held.Unmarshal(wire); err != nil {
			panic(err)
		}
		decoded = held
	}
	return held
}

func printHash(text []byte, collisionCount *int32) {
	held := overTheWire(text)
	hash := controller.ComputeHash(&held, collisionCount)
	line, err := json.Marshal(map[string]any{
		"template": json.RawMessage(text), "collisionCount": collisionCount, "hash": hash,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func printHashes() {
	random := rand.New(rand.NewSource(1))
	for i := range templates {
		var template corev1.PodTemplateSpec
		// From nearly empty ones to ones with nearly every field.
		fill(random, reflect.ValueOf(&template).Elem(), float64(i%12)/14, 0)
		template.CreationTimestamp, template.DeletionTimestamp = metav1.Time{}, nil
		template.ManagedFields = nil
		var collisionCount *int32
		if i%3 == 0 {
			count := int32(random.Intn(4))
			collisionCount = &count
		}
		text, err := json.Marshal(template)
		if err != nil {
			panic(err)
		}
		printHash(text, collisionCount)
	}
}

func fill(random *rand.Rand, value reflect.Value, density float64, depth int) {
	switch value.Interface().(type) {
	case resource.Quantity:
		parsed := resource.MustParse(quantities[random.Intn(len(quantities))])
		value.Set(reflect.ValueOf(parsed))
		return
	case intstr.IntOrString:
		of := intstr.FromInt32(random.Int31n(90))
		if random.Intn(2) == 0 {
			of = intstr.FromString(words[random.Intn(len(words))])
		}
		value.Set(reflect.ValueOf(of))
		return
	case metav1.Time:
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		fill(random, value.Elem(), density, depth)
	case reflect.Struct:
		for i := range value.NumField() {
			if random.Float64() < density {
				fill(random, value.Field(i), density, depth+1)
			}
		}
	case reflect.Slice:
		for range random.Intn(3) {
			element := reflect.New(value.Type().Elem()).Elem()
			fill(random, element, density*0.9, depth+1)
			value.Set(reflect.Append(value, element))
		}
	case reflect.Map:
		value.Set(reflect.MakeMap(value.Type()))
		for range random.Intn(4) {
			key := reflect.New(value.Type().Key()).Elem()
			element := reflect.New(value.Type().Elem()).Elem()
			fill(random, key, density, depth+1)
			fill(random, element, density, depth+1)
			value.SetMapIndex(key, element)
		}
	case reflect.String:
		value.SetString(words[random.Intn(len(words))])
	case reflect.Bool:
		value.SetBool(random.Intn(2) == 0)
	case reflect.Int32, reflect.Int64:
		value.SetInt(int64(random.Int31n(2000)) - 300)
	case reflect.Uint8:
		value.SetUint(uint64(random.Intn(256)))
	default:
		panic(value.Kind().String())
	}
}
