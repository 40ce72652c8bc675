// Prints what Go's sort.Sort leaves of lists with many equal keys: one JSON line a list, with its keys and
// the places that its elements had before. Run: go run go-sort.go | gzip -9n > go-sort.jsonl.gz
package main

import (
	"encoding/json"
	"math/rand"
	"os"
	"sort"
)

type list struct{ keys, places []int }

func (l list) Len() int           { return len(l.keys) }
func (l list) Less(i, j int) bool { return l.keys[l.places[i]] < l.keys[l.places[j]] }
func (l list) Swap(i, j int)      { l.places[i], l.places[j] = l.places[j], l.places[i] }

func main() {
	random := rand.New(rand.NewSource(1))
	shapes := []func(i, n int) int{
		func(i, n int) int { return random.Intn(2) },
		func(i, n int) int { return random.Intn(5) },
		func(i, n int) int { return random.Intn(n) },
		func(i, n int) int { return i / 3 },
		func(i, n int) int { return (n - i) / 3 },
		func(i, n int) int { return i % 7 },
		func(i, n int) int { return min(i, n-i) },
		func(i, n int) int { return 0 },
		func(i, n int) int { return i*i%n - i/2 },
	}
	out := json.NewEncoder(os.Stdout)
	for _, n := range []int{0, 1, 2, 5, 11, 12, 13, 14, 30, 49, 50, 51, 77, 100, 200, 333, 500, 1000, 2000} {
		for _, shape := range shapes {
			l := list{make([]int, n), make([]int, n)}
			for i := range l.keys {
				l.keys[i], l.places[i] = shape(i, n), i
			}
			sort.Sort(l)
			out.Encode(map[string][]int{"keys": l.keys, "places": l.places})
		}
	}
	for i := 0; i < 200; i++ {
		n := 13 + random.Intn(250)
		l := list{make([]int, n), make([]int, n)}
		for i := range l.keys {
			l.keys[i], l.places[i] = random.Intn(1+n/4), i
		}
		sort.Sort(l)
		out.Encode(map[string][]int{"keys": l.keys, "places": l.places})
	}
	killer(out)
	almostSorted(out)
}

// An adversary (McIlroy) that answers so that pivots turn out bad: reaches the fallback to heap sort.
type adversary struct {
	keys, places     []int
	solid, candidate int
}

func (a *adversary) Len() int { return len(a.keys) }
func (a *adversary) Less(i, j int) bool {
	x, y, gas := a.places[i], a.places[j], len(a.keys)
	if a.keys[x] == gas && a.keys[y] == gas {
		// Freezing the second of two new elements would look like a sorted list, which is seen at once.
		if y == a.candidate {
			a.keys[y] = a.solid
		} else {
			a.keys[x] = a.solid
		}
		a.solid++
	}
	if a.keys[x] == gas {
		a.candidate = x
	} else if a.keys[y] == gas {
		a.candidate = y
	}
	return a.keys[x] < a.keys[y]
}
func (a *adversary) Swap(i, j int) { a.places[i], a.places[j] = a.places[j], a.places[i] }

func killer(out *json.Encoder) {
	for _, n := range []int{60, 100, 500, 2000} {
		a := &adversary{keys: make([]int, n), places: make([]int, n)}
		for i := range a.keys {
			a.keys[i], a.places[i] = n, i
		}
		sort.Sort(a)
		put(out, a.keys)
		alike := make([]int, n)
		for i, key := range a.keys {
			alike[i] = min(key, 30+key/4)
		}
		put(out, alike)
	}
}

// Sorted but for a few elements: they are shifted, where the list is long enough.
func almostSorted(out *json.Encoder) {
	for _, n := range []int{20, 49, 50, 51, 200} {
		for exchanged := 1; exchanged <= 6; exchanged++ {
			keys := make([]int, n)
			for i := range keys {
				keys[i] = i / 2
			}
			for k := 1; k <= exchanged; k++ {
				i, j := k*n/9, (k*n/9+n/2)%n
				keys[i], keys[j] = keys[j], keys[i]
			}
			put(out, keys)
		}
	}
}

func put(out *json.Encoder, keys []int) {
	l := list{keys, make([]int, len(keys))}
	for i := range l.places {
		l.places[i] = i
	}
	sort.Sort(l)
	out.Encode(map[string][]int{"keys": l.keys, "places": l.places})
}
