package codec

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata from what the installed rsync sends")

// A sample is a file that is sent, over an old one or none.
type sample struct {
	name     string
	old, new []byte
}

// samples make a sender use literals and matches of all sizes.
func samples() []sample {
	basis := noise(11, 40*700)
	text := prose(13, 100*700+123)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	return []sample{
		{"a", basis, join(basis[:700], basis[10:40], basis[700:2100], basis[1500:1800],
			basis[2100:7000], prose(12, 90), basis[7000:14000], basis[:300], prose(12, 500), basis[14700:])},
		{"b", nil, prose(14, 20000)},
		{"c", text, join([]byte("x"), text[:7000], text[14000:49000], prose(15, 50), text[49000:], text[:500])},
		{"d", nil, noise(16, 17000)},
		{"e", nil, []byte("tiny")},
	}
}

// bigSamples have blocks that zlib below protocol 31 treats amiss; they are to
// be sent with a block size of 100000.
func bigSamples() []sample {
	basis := noise(17, 250000)
	return []sample{{"a", basis, bytes.Join([][]byte{basis[:100000], basis[20000:20030], basis[100000:200000],
		basis[164000:164500], basis[199000:199500], basis[200000:], basis[1000:1300]}, nil)}}
}

// TestGolden decodes token streams that rsync 3.5.0 wrote for samples.
func TestGolden(t *testing.T) {
	for _, name := range []string{"zlib", "zlibx", "zstd", "lz4"} {
		t.Run(name, func(t *testing.T) {
			wire, err := os.ReadFile(filepath.Join("testdata", name+".tokens"))
			if err != nil {
				t.Fatal(err)
			}
			src := &memory{data: wire}
			dec := newDecoder(t, name, src, 29)
			for _, s := range samples() {
				got, err := decode(dec, delta{basis: s.old, size: 700})
				if err != nil || !bytes.Equal(got, s.new) {
					t.Fatalf("%s: %d octets, error %v", s.name, len(got), err)
				}
			}
			if len(src.data) != 0 {
				t.Errorf("%d octets not read", len(src.data))
			}
		})
	}
}

// TestStock has the installed rsync push the samples to itself and listens. We
// decode what was sent; then we encode the same files and have a stock server
// receive them in place of the original streams.
func TestStock(t *testing.T) {
	if _, err := exec.LookPath("rsync"); err != nil {
		t.Skip("needs an installed rsync")
	}
	tests := []struct {
		method   string
		protocol int
		level    int
		big      bool
	}{
		{"zlib", 29, 6, false}, {"zlib", 29, 9, false}, {"zlib", 31, 1, false},
		{"zlib", 29, 6, true}, {"zlib", 30, 6, true}, {"zlib", 31, 6, true}, {"zlib", 32, 9, true},
		{"zlibx", 29, 6, false}, {"zlibx", 32, 9, false},
		{"zstd", 29, 3, false}, {"zstd", 32, 1, false}, {"zstd", 32, 7, false}, {"zstd", 32, 19, false},
		{"lz4", 29, 0, false}, {"lz4", 32, 0, false},
		{"none", 29, 0, false}, {"none", 32, 0, false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%d/%d/%v", tt.method, tt.protocol, tt.level, tt.big), func(t *testing.T) {
			set, size := samples(), 700
			if tt.big {
				set, size = bigSamples(), 100000
			}
			c := capture(t, set, size, tt.protocol, "--compress-choice="+tt.method, fmt.Sprintf("--compress-level=%d", tt.level))
			cfg := Config{Level: tt.level, Protocol: tt.protocol}
			src := &memory{data: c.data[c.tokens:]}
			dec := newDecoder(t, tt.method, src, tt.protocol)
			var ours, stock bytes.Buffer
			enc := newEncoder(t, tt.method, &ours, cfg)
			spliced := append([]byte(nil), c.data[:c.tokens]...)
			for i, s := range set {
				if i > 0 { // the sum of the file before, and index, flags, sum head
					n := 16 + c.indexLen + 2 + 16
					spliced = append(spliced, src.data[:n]...)
					src.data = src.data[n:]
				}
				whole := src.data
				d := delta{basis: s.old, size: size}
				got, err := d.record(dec)
				if err != nil || !bytes.Equal(got, s.new) {
					t.Fatalf("%s: %d octets, error %v", s.name, len(got), err)
				}
				stock.Write(whole[:len(whole)-len(src.data)])
				ours.Reset()
				if err := d.encode(enc); err != nil {
					t.Fatal(err)
				}
				t.Logf("%s: stock %d octets, ours %d", s.name, len(whole)-len(src.data), ours.Len())
				spliced = append(spliced, ours.Bytes()...)
			}
			spliced = append(spliced, src.data...)
			c.replay(t, set, spliced)
			if *update && tt.protocol == 29 && tt.level == lookup(t, tt.method).Default && tt.method != "none" && !tt.big {
				if err := os.WriteFile(filepath.Join("testdata", tt.method+".tokens"), stock.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// record decodes one file and remembers its steps.
func (d *delta) record(dec Decoder) ([]byte, error) {
	var out []byte
	d.steps = nil
	open := false // the last step is a literal that may go on
	for {
		t, lit, err := dec.Next()
		switch {
		case err != nil:
			return out, err
		case t.Kind == End:
			return out, nil
		case t.Kind == Literal:
			if !open {
				d.steps = append(d.steps, step{lit: []byte{}})
			}
			open = true
			last := &d.steps[len(d.steps)-1]
			last.lit = append(last.lit, lit...)
			out = append(out, lit...)
		case t.Kind == Match:
			open = false
			for i := range t.Count {
				b := d.block(t.Index + i)
				dec.SeeMatch(b)
				out = append(out, b...)
				d.steps = append(d.steps, step{block: t.Index + i})
			}
		}
	}
}

// A captured session is what a client sent to a server.
type captured struct {
	server   []string // the server's command line
	dest     string   // its destination
	head     []byte   // what came before the framing began
	data     []byte   // what the frames held
	framed   bool
	tokens   int // where in data the first token stream begins
	indexLen int // octets in a file index
}

// teeScript stands in for the remote shell. The server's end must end it all.
const teeScript = `#!/bin/sh
dir=$(dirname "$0")
shift
printf '%s\n' "$@" >"$dir/args"
exec 3<&0
mkfifo "$dir/fifo"
tee "$dir/sent" <&3 >"$dir/fifo" &
tee=$!
exec 3<&-
"$@" <"$dir/fifo"
code=$?
kill $tee
exit $code
`

func capture(t *testing.T, set []sample, size, protocol int, options ...string) captured {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, data []byte, perm os.FileMode, year int) {
		name = filepath.Join(dir, name)
		when := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, perm); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	write("tee", []byte(teeScript), 0o755, 2001)
	for _, s := range set {
		write("src/"+s.name, s.new, 0o644, 2002)
		if s.old != nil {
			write("dst/"+s.name, s.old, 0o644, 2001)
		}
	}
	args := append([]string{"-rt", "--no-inc-recursive", "--no-whole-file", "--checksum-seed=1", "--checksum-choice=md5",
		fmt.Sprintf("--protocol=%d", protocol), fmt.Sprintf("--block-size=%d", size), "-e", filepath.Join(dir, "tee")}, options...)
	if protocol < 30 {
		args[4] = "--checksum-choice=md4"
	}
	cmd := exec.Command("rsync", append(args, filepath.Join(dir, "src")+"/", "host:"+filepath.Join(dir, "dst")+"/")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	sent, err := os.ReadFile(filepath.Join(dir, "sent"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		t.Fatal(err)
	}
	c := captured{server: strings.Split(strings.TrimSuffix(string(list), "\n"), "\n"), dest: filepath.Join(dir, "dst"),
		data: sent, indexLen: 4}
	if protocol >= 30 {
		c.framed, c.indexLen = true, 1
		c.head, c.data = sent[:4], demultiplex(t, sent[4:])
	}
	// The first file has a basis, so that its sum head is known.
	head := make([]byte, 16)
	n := len(set[0].old)
	for i, v := range []int{(n + size - 1) / size, size, 0, n % size} {
		binary.LittleEndian.PutUint32(head[4*i:], uint32(v))
	}
	at := bytes.Index(c.data, head[:8])
	if at < 0 || !bytes.Equal(c.data[at+12:at+16], head[12:]) {
		t.Fatal("no sum head in the stream")
	}
	c.tokens = at + 16
	return c
}

// demultiplex joins the data frames of p.
func demultiplex(t *testing.T, p []byte) []byte {
	t.Helper()
	var data []byte
	for len(p) > 0 {
		head := binary.LittleEndian.Uint32(p)
		n := int(head & 0xffffff)
		if head>>24 != 7 {
			t.Fatalf("message %d in the stream", head>>24)
		}
		data = append(data, p[4:4+n]...)
		p = p[4+n:]
	}
	return data
}

// replay has a stock server receive data over the old files.
func (c captured) replay(t *testing.T, set []sample, data []byte) {
	t.Helper()
	for _, s := range set {
		name := filepath.Join(c.dest, s.name)
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		if s.old != nil {
			if err := os.WriteFile(name, s.old, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	in := append([]byte(nil), c.head...)
	for len(data) > 0 {
		n := min(len(data), 30000)
		if c.framed {
			in = binary.LittleEndian.AppendUint32(in, uint32(n)|7<<24)
		}
		in = append(in, data[:n]...)
		data = data[n:]
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), c.server[0], c.server[1:]...)
	cmd.Stderr = &said
	stdin, err := cmd.StdinPipe() // stays open until the server is through
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// A server that stops reading has failed, and its exit status says so.
	stdin.Write(in)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %v\n%s", cmd, err, said.Bytes())
	}
	for _, s := range set {
		got, err := os.ReadFile(filepath.Join(c.dest, s.name))
		if err != nil || !bytes.Equal(got, s.new) {
			t.Errorf("%s: the server made %d octets of it, not %d (%v)", s.name, len(got), len(s.new), err)
		}
	}
}
