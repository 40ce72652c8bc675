package recorder

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/klog/v2"
)

// TestRecord writes one trace per line to $OUT. Cases come from $CASES (a JSON array, or lines with a case or
// a trace each), or else $COUNT of $FAMILY from $SEED on. Where $VECTORS is set, every sync that can be played
// alone goes there as a line. Files whose name ends in .gz are compressed. Of the families ce2 and ce5 only breaches are kept.
func TestRecord(t *testing.T) {
	quiet := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(quiet)
	must(quiet.Parse([]string{"-logtostderr=false", "-stderrthreshold=FATAL"}))
	klog.SetOutput(io.Discard)
	cases := read(os.Getenv("CASES"))
	if len(cases) == 0 {
		seed, err := strconv.ParseInt(os.Getenv("SEED"), 10, 64)
		must(err)
		count, err := strconv.Atoi(os.Getenv("COUNT"))
		must(err)
		for i := range count {
			cases = append(cases, Generate(os.Getenv("FAMILY"), seed+int64(i)))
		}
	}
	if path := os.Getenv("ONLY_CASES"); path != "" {
		b, err := json.Marshal(cases)
		must(err)
		must(os.WriteFile(path, b, 0o644))
		return
	}
	out, done := create(os.Getenv("OUT"))
	defer done()
	var vectors io.Writer
	if p := os.Getenv("VECTORS"); p != "" {
		w, done := create(p)
		defer done()
		vectors = w
	}
	started, long, breaches := time.Now(), 0, 0
	for i, c := range cases {
		if i%100 == 0 {
			fmt.Fprintf(os.Stderr, "%d %s %.1fs\n", i, c.Name, time.Since(started).Seconds())
		}
		synctest.Test(t, func(t *testing.T) {
			tr := Run(c, vectors != nil)
			if strings.HasPrefix(os.Getenv("FAMILY"), "ce") {
				below, at := Breach(tr)
				if below == 0 {
					return
				}
				breaches++
				fmt.Fprintf(os.Stderr, "%s: %d below at %d ms, %s, %d frames\n", c.Name, below, at, c.Schedule, len(tr.Frames))
			}
			if tr.TooLong {
				long++
			}
			if tr.Crashed != "" {
				fmt.Fprintf(os.Stderr, "%s: %s\n", c.Name, tr.Crashed)
			}
			print(out, tr)
			for _, v := range tr.Vectors {
				if !v.expecting && (v.Controller == "D" || c.Schedule == "fresh") {
					print(vectors, v)
				}
			}
		})
	}
	if strings.HasPrefix(os.Getenv("FAMILY"), "ce") {
		fmt.Fprintf(os.Stderr, "%d of them breach\n", breaches)
	}
	fmt.Fprintf(os.Stderr, "%d cases, %d of them too long, %.1fs\n", len(cases), long, time.Since(started).Seconds())
}

func print(w io.Writer, v any) {
	j, err := json.Marshal(v)
	must(err)
	_, err = w.Write(append(j, '\n'))
	must(err)
}

func create(path string) (io.Writer, func()) {
	f, err := os.Create(path)
	must(err)
	if !strings.HasSuffix(path, ".gz") {
		return f, func() { must(f.Close()) }
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	must(err)
	return z, func() { must(z.Close()); must(f.Close()) }
}

func read(path string) (cases []Case) {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	must(err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		r, err = gzip.NewReader(f)
		must(err)
	}
	b, err := io.ReadAll(bufio.NewReader(r))
	must(err)
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		must(json.Unmarshal(b, &cases))
		return cases
	}
	for _, line := range bytes.Split(b, []byte("\n")) {
		var tr struct{ Case *Case }
		must(json.Unmarshal(line, &tr))
		if tr.Case == nil {
			tr.Case = &Case{}
			must(json.Unmarshal(line, tr.Case))
		}
		cases = append(cases, *tr.Case)
	}
	return cases
}
