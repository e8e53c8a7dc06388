package evidence

import (
	"bytes"
	_ "embed"
)

//go:embed schema/run.schema.json
var schema []byte

// Schema is the JSON Schema of a line of run.jsonl (2020-12).
func Schema() []byte { return bytes.Clone(schema) }
