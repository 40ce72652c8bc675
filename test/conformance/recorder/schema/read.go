package main

import (
	"fmt"
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/kubernetes/pkg/util/parsers"
)

// What Kubernetes reads out of a random text. `means` is how it prints what it read.
type reading struct {
	What  string `json:"what"`
	Text  string `json:"text"`
	Means string `json:"means,omitempty"`
	Error string `json:"error,omitempty"`
	// Quantities: rounded up to thousandths, compared with 1, canonical again after reading `means`.
	Milli string `json:"milli,omitempty"`
	Order int    `json:"order,omitempty"`
	// Label selectors: which of labelSets they match.
	Matches []bool `json:"matches,omitempty"`
}

var labelSets = []labels.Set{nil, {"app": "web"}, {"app": "api", "tier": "1"}, {"tier": "5"}, {"a/b": "", "app": ""}}

func joined(random *rand.Rand, most int, pieces []string) string {
	var text strings.Builder
	for range 1 + random.Intn(most) {
		text.WriteString(pieces[random.Intn(len(pieces))])
	}
	return text.String()
}

func said(what, text, means string, err error) reading {
	if err != nil {
		return reading{What: what, Text: text, Error: err.Error()}
	}
	return reading{What: what, Text: text, Means: means}
}

var digits = []string{"0", "1", "5", "10", "000", "1024", "999", "123456789", "9223372036854775807"}
var quantityPieces = []string{"0", "1", "5", "10", ".", ".5", "m", "k", "Ki", "Mi", "Gi", "Ei", "E", "e3", "E-3", "n", "u", "-", "+", "000", "1024", "M", "i", " "}
var selectorPieces = []string{"app", "tier", "a/b", "web", "1", "=", "==", "!=", "!", ",", " in ", " notin ", "(", ")", "(a,web)", "(1)", ">", "<", " ", "in", "notin", "x y", "A_B", "-", "é", "app=web", "tier>1", "()"}
var fieldPieces = []string{"metadata.name", "status.phase", "=", "==", "!=", ",", "web", "\\,", "\\=", "\\\\", "\\x", " ", "a"}
var imagePieces = []string{"nginx", "Nginx", "/", ":", "@", "latest", "1.0", "sha256:", "docker.io", "localhost", "localhost:5000", "a.b", "-", "_", "library/", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}

func readings(count int, seed int64) {
	random := rand.New(rand.NewSource(seed))
	for i := range count {
		var each reading
		switch i % 4 {
		case 0:
			text := joined(random, 4, quantityPieces)
			if random.Intn(3) > 0 {
				text = joined(random, 3, digits) + []string{"", "", ".5", ".000001", ".1234567891"}[random.Intn(5)] +
					[]string{"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e1", "e3", "E6", "e-2", "e-12"}[random.Intn(21)]
				if random.Intn(5) == 0 {
					text = "-" + text
				}
			}
			quantity, err := resource.ParseQuantity(text)
			each = said("quantity", text, quantity.String(), err)
			if err == nil {
				each.Order = quantity.Cmp(resource.MustParse("1"))
				quantity.RoundUp(resource.Milli)
				each.Milli = quantity.String()
			}
		case 1:
			text := joined(random, 7, selectorPieces)
			selector, err := labels.Parse(text)
			if err != nil {
				each = said("labels", text, "", err)
				break
			}
			each = said("labels", text, selector.String(), nil)
			for _, set := range labelSets {
				each.Matches = append(each.Matches, selector.Matches(set))
			}
		case 2:
			text := joined(random, 6, fieldPieces)
			selector, err := fields.ParseSelector(text)
			if err != nil {
				each = said("fields", text, "", err)
				break
			}
			terms := []string{}
			for _, term := range selector.Requirements() {
				terms = append(terms, fmt.Sprintf("%s|%s|%s", term.Field, term.Operator, term.Value))
			}
			each = said("fields", text, strings.Join(terms, "\n"), nil)
		default:
			text := joined(random, 6, imagePieces)
			_, tag, _, err := parsers.ParseImageName(text)
			if err != nil {
				tag = ""
			}
			each = said("image", text, tag, nil)
		}
		fmt.Println(string(rendered(each)))
	}
}
