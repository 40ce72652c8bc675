// Executes Go templates as `kubectl get -o go-template` does: a JSON object {"data": ..., "templates": [...]} comes in
// on stdin, a line of JSON for each template goes out: [template, allowMissingKeys, output, error].
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"
)

func main() {
	var in struct {
		Data      map[string]any `json:"data"`
		Templates []string       `json:"templates"`
	}
	check(json.NewDecoder(os.Stdin).Decode(&in))
	raw, err := json.Marshal(in.Data)
	check(err)
	object := &metav1.Unstructured{}
	check(object.UnmarshalJSON(raw))
	for _, text := range in.Templates {
		for _, allow := range []bool{true, false} {
			out, problem := execute(text, allow, object)
			line, err := json.Marshal([]any{text, allow, out, problem})
			check(err)
			fmt.Println(string(line))
		}
	}
}

func execute(text string, allow bool, object *metav1.Unstructured) (string, string) {
	printer, err := printers.NewGoTemplatePrinter([]byte(text))
	if err != nil {
		return "", err.Error()
	}
	printer.AllowMissingKeys(allow)
	var out bytes.Buffer
	if err := printer.PrintObj(object, &out); err != nil {
		printed, _, _ := bytes.Cut(out.Bytes(), []byte("Error executing template: "))
		return string(printed), err.Error()
	}
	return out.String(), ""
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
