package options

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// The version texts, docs/protocol/05-options.md §8.2 and §8.3. Scripts read
// the third and the sixth word of the first line and look for capability
// words, so layout and names are the reference's; what is claimed is the
// caller's.

// A Capability is one feature of a build.
type Capability struct {
	Name string // as the text form prints it
	// On says that the feature is there. Bits, if not 0, makes it "N-bit Name".
	On   bool
	Bits int
	// Word, if not "", precedes the name in text and is the value in JSON:
	// "optional" or "default" for secluded-args.
	Word string
}

// VersionFacts are what a version text says.
type VersionFacts struct {
	Program  string // first word, which scripts expect to be "rsync"
	Version  string // a single word
	Protocol int
	// SubProtocol is that of an unreleased protocol, else 0.
	SubProtocol   int
	Copyright     string // one line
	URL           string
	Capabilities  []Capability
	Optimizations []Capability
	// The lists are in order of preference. An entry "a (b)" names an alias,
	// which JSON leaves out.
	Checksums, Compressors, DaemonAuths []string
	License                             string   // of JSON: an identifier
	Caveat                              string   // of JSON
	Notice                              []string // closing lines of the text
}

const wrapColumn = 75

// wrap joins items by commas into lines that start with indent. A line is
// broken before the item that would make its text too long.
func wrap(items []string, indent string) string {
	var b strings.Builder
	b.WriteString(indent)
	column := 0
	for i, item := range items {
		text := " " + item
		if i < len(items)-1 {
			text += ","
		}
		if column > 0 && column+len(text) >= wrapColumn {
			b.WriteString("\n" + indent)
			column = 0
		}
		b.WriteString(text)
		column += len(text)
	}
	b.WriteByte('\n')
	return b.String()
}

// VersionText returns the version block.
func VersionText(f *VersionFacts) string {
	var b strings.Builder
	protocol := strconv.Itoa(f.Protocol)
	if f.SubProtocol != 0 {
		protocol += ".PR" + strconv.Itoa(f.SubProtocol)
	}
	fmt.Fprintf(&b, "%s  version %s  protocol version %s\n%s\nWeb site: %s\n",
		f.Program, f.Version, protocol, f.Copyright, f.URL)
	b.WriteString("Capabilities:\n" + wrap(capabilityWords(f.Capabilities), "   "))
	b.WriteString("Optimizations:\n" + wrap(capabilityWords(f.Optimizations), "   "))
	for _, list := range []struct {
		title string
		names []string
	}{{"Checksum list", f.Checksums}, {"Compress list", f.Compressors}, {"Daemon auth list", f.DaemonAuths}} {
		fmt.Fprintf(&b, "%s:\n    %s\n", list.title, strings.Join(list.names, " "))
	}
	if len(f.Notice) > 0 {
		b.WriteString("\n" + strings.Join(f.Notice, "\n") + "\n")
	}
	return b.String()
}

func capabilityWords(list []Capability) []string {
	words := make([]string, len(list))
	for i, c := range list {
		switch {
		case c.Bits != 0:
			words[i] = fmt.Sprintf("%d-bit %s", c.Bits, c.Name)
		case !c.On:
			words[i] = "no " + c.Name
		case c.Word != "":
			words[i] = c.Word + " " + c.Name
		default:
			words[i] = c.Name
		}
	}
	return words
}

// VersionJSON returns the version facts as one JSON object, keys in the order
// and layout of the reference.
func VersionJSON(f *VersionFacts) string {
	var b strings.Builder
	text := func(key, value string) { fmt.Fprintf(&b, "  %s: %s,\n", quoteJSON(key), quoteJSON(value)) }
	b.WriteString("{\n")
	text("program", f.Program)
	text("version", f.Version)
	text("protocol", fmt.Sprintf("%d.%d", f.Protocol, f.SubProtocol))
	text("copyright", strings.TrimPrefix(f.Copyright, "Copyright "))
	text("url", f.URL)
	b.WriteString("  \"capabilities\": {\n" + wrap(capabilityPairs(f.Capabilities), "   ") + "  },\n")
	b.WriteString("  \"optimizations\": {\n" + wrap(capabilityPairs(f.Optimizations), "   ") + "  },\n")
	for _, list := range []struct {
		key   string
		names []string
	}{{"checksum_list", f.Checksums}, {"compress_list", f.Compressors}, {"daemon_auth_list", f.DaemonAuths}} {
		names := make([]string, 0, len(list.names))
		for _, n := range list.names {
			n, _, _ = strings.Cut(n, " ")
			names = append(names, quoteJSON(n))
		}
		fmt.Fprintf(&b, "  %s: [\n    %s\n  ],\n", quoteJSON(list.key), strings.Join(names, ", "))
	}
	text("license", f.License)
	fmt.Fprintf(&b, "  \"caveat\": %s\n}\n", quoteJSON(f.Caveat))
	return b.String()
}

// jsonName replaces what a JSON key of the reference does not have.
var jsonName = strings.NewReplacer("-", "_", " ", "_")

func capabilityPairs(list []Capability) []string {
	pairs := make([]string, len(list))
	for i, c := range list {
		name, value := jsonName.Replace(c.Name), strconv.FormatBool(c.On)
		switch {
		case c.Bits != 0:
			name, value = strings.TrimSuffix(name, "s")+"_bits", strconv.Itoa(c.Bits)
		case c.On && c.Word != "":
			value = quoteJSON(c.Word)
		}
		pairs[i] = quoteJSON(name) + ": " + value
	}
	return pairs
}

func quoteJSON(s string) string {
	q, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `""`
	}
	return string(q)
}
