package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authconform/authconform/evidence"
)

func compiled(t *testing.T, raw []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(s *jsonschema.Schema, raw []byte) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return s.Validate(document)
}

// filled sets every settable member of a value.
func filled(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(began))
			return
		}
		for i := range v.NumField() {
			filled(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0))
	case reflect.String:
		v.SetString("screenshots/x.png")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1.5)
	}
}

// full returns a run that sets every member of package evidence.
func full() *evidence.Set {
	s := &evidence.Set{}
	filled(reflect.ValueOf(s).Elem())
	s.Head.Version, s.Dir = evidence.Version, ""
	r := &s.Results[0]
	r.Level, r.Verdict = evidence.Must, evidence.Fail
	item := r.Evidence[0]
	r.Evidence = []evidence.Item{
		{Exchange: item.Exchange, Rank: 1, Vector: "v", Step: "s"},
		{Browser: item.Browser, Rank: 1, Vector: "v", Step: "s"},
		{Note: "n", Rank: 1, Vector: "v", Step: "s"},
	}
	return s
}

func TestReportsMeetTheirSchema(t *testing.T) {
	schema := compiled(t, Schema())
	all := runs()
	all["full"], all["hostile"] = full(), hostileSet()
	for name, s := range all {
		raw := shown(t, Writer{Name: "json", Write: JSON}, s, Options{})
		if err := valid(schema, []byte(raw)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := valid(schema, []byte(`{"apiVersion":"authconform/v1","tomorrow":1}`)); err == nil {
		t.Error("anything meets the schema")
	}
}

func TestRecordsMeetTheirSchema(t *testing.T) {
	schema := compiled(t, evidence.Schema())
	all := runs()
	all["full"], all["hostile"] = full(), hostileSet()
	for name, s := range all {
		dir := t.TempDir()
		rec, err := evidence.Record(dir, s.Head)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Results {
			rec.Result(r, nil)
		}
		if s.End != nil {
			if err := rec.End(*s.End); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := os.ReadFile(filepath.Join(dir, evidence.FileName))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(bytes.TrimSpace(raw), []byte("\n")) {
			if err := valid(schema, line); err != nil {
				t.Errorf("%s: line %d: %v", name, i+1, err)
			}
		}
	}
	for _, line := range []string{`{}`, `{"head":{},"end":{}}`, `{"result":{"id":"a"}}`, `{"tomorrow":1}`} {
		if valid(schema, []byte(line)) == nil {
			t.Errorf("%s meets the schema", line)
		}
	}
}

// TestTheSchemasDescribeOneResult: all schemas describe shared parts alike.
func TestTheSchemasDescribeOneResult(t *testing.T) {
	type definitions struct {
		Defs map[string]any `json:"$defs"`
	}
	read := func(raw []byte) (d definitions) {
		if json.Unmarshal(raw, &d) != nil || len(d.Defs) == 0 {
			t.Fatal("no JSON Schema")
		}
		return d
	}
	record := read(evidence.Schema())
	for _, raw := range [][]byte{Schema(), schemaOf(t, "matrix"), schemaOf(t, "compare")} {
		for name, def := range read(raw).Defs {
			if !reflect.DeepEqual(def, record.Defs[name]) {
				t.Errorf("%s differs", name)
			}
		}
	}
}

func schemaOf(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestComparisonsAndMatricesMeetTheirSchemas(t *testing.T) {
	all := runs()
	all["full"], all["hostile"], all["later"] = full(), hostileSet(), later()
	compare, matrix := compiled(t, schemaOf(t, "compare")), compiled(t, schemaOf(t, "matrix"))
	for name, s := range all {
		if err := valid(matrix, []byte(matrixOf(t, "json", sample(), s))); err != nil {
			t.Errorf("the matrix with %s: %v", name, err)
		}
		if _, err := evidence.Compare(sample(), s); err != nil {
			continue // no row in common
		}
		if err := valid(compare, []byte(compared(t, "json", sample(), s, ConsoleOptions{}))); err != nil {
			t.Errorf("the comparison with %s: %v", name, err)
		}
	}
	for _, raw := range []string{`{}`, `{"version":"authconform/matrix/v1","columns":[],"rows":[],"tomorrow":1}`} {
		if valid(matrix, []byte(raw)) == nil || valid(compare, []byte(raw)) == nil {
			t.Errorf("%s meets a schema", raw)
		}
	}
}
