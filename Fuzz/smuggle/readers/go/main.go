// Go's encoding/json, as servers with structs of their own use it: keys are compared without regard to case, the last
// one counts, and a stream is a sequence of values that no line end separates.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type call struct {
	Method string          `json:"method"`
	ID     json.RawMessage `json:"id"`
	Params struct {
		Name      json.RawMessage `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"params"`
	Result json.RawMessage `json:"result"`
}

type envelope struct {
	Method string          `json:"method"`
	ID     json.RawMessage `json:"id"`
}

func quoted(text string) string {
	var out strings.Builder
	for index := 0; index < len(text); index++ {
		b := text[index]
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("._~/-", b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

func spelledID(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return "?"
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return "s" + quoted(text)
	}
	var number int64
	if json.Unmarshal(raw, &number) == nil {
		return fmt.Sprintf("i%d", number)
	}
	return "odd"
}

func text(raw json.RawMessage) string {
	var value string
	if raw == nil || json.Unmarshal(raw, &value) != nil || string(raw) == "null" {
		return "?"
	}
	return quoted(value)
}

func messages(raw json.RawMessage) []string {
	var batch []json.RawMessage
	if json.Unmarshal(raw, &batch) == nil && batch != nil {
		var found []string
		for _, item := range batch {
			found = append(found, messages(item)...)
		}
		return found
	}
	var outer envelope
	if json.Unmarshal(raw, &outer) != nil {
		return nil
	}
	id := spelledID(outer.ID)
	if outer.Method == "" {
		if outer.ID == nil {
			return nil
		}
		return []string{"answer|" + id + "||"}
	}
	if outer.Method != "tools/call" {
		return []string{"other|" + id + "|" + quoted(outer.Method) + "|"}
	}
	var inner call
	json.Unmarshal(raw, &inner)
	var arguments struct {
		Path json.RawMessage `json:"path"`
	}
	if inner.Params.Arguments != nil {
		json.Unmarshal(inner.Params.Arguments, &arguments)
	}
	return []string{"call|" + id + "|" + text(inner.Params.Name) + "|" + text(arguments.Path)}
}

func main() {
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var out strings.Builder
	for _, line := range bytes.SplitAfter(content, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(line))
		var found []string
		for {
			var raw json.RawMessage
			if decoder.Decode(&raw) != nil {
				break
			}
			found = append(found, messages(raw)...)
		}
		if len(found) == 0 {
			out.WriteString("-\n")
		} else {
			out.WriteString(strings.Join(found, "\t") + "\n")
		}
	}
	os.Stdout.WriteString(out.String())
}
