//go:build linux

// Package interop runs transfers between the program under test and stock
// rsync, at either end and with itself, over a stand-in for ssh: push and pull, every
// protocol from 27 to 32, each codec and checksum, incremental recursion on and off,
// several jobs.
//
// Two stock programs do the same work first. Their exit code, the resulting
// tree and every line they print that depends on the work (items, statistics) is
// what any mixture must give. A normal run takes rows that cover all pairs of
// values; GODWIT_TEST_FULL=1 takes the whole product.
package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit/test/output"
	"godwit/test/program"
	"godwit/test/tree"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// The positions of dimensions in a row.
const (
	client = iota
	server
	direction
	protocol
	codec
	sum
	recursion
	job
)

var dimensions = []dimension{
	client:    {"client", []string{"godwit", "stock"}},
	server:    {"server", []string{"godwit", "stock"}},
	direction: {"direction", []string{"push", "pull"}},
	protocol:  {"protocol", []string{"32", "31", "30", "29", "28", "27"}},
	codec:     {"codec", []string{"off", "zstd", "lz4", "zlibx", "zlib"}},
	sum:       {"sum", []string{"auto", "xxh128", "xxh3", "xxh64", "md5", "md4", "sha1"}},
	recursion: {"recursion", []string{"inc", "full"}},
	job:       {"job", []string{"fresh", "delta", "delete", "links", "checksum", "inplace"}},
}

// jobs maps a job to its options.
var jobs = map[string][]string{
	"fresh":    {"-a"},
	"delta":    {"-a", "--no-whole-file", "-B1024"},
	"delete":   {"-a", "--delete-delay", "--backup", "--backup-dir=../bak"},
	"links":    {"-aH", "--numeric-ids"},
	"checksum": {"-ac"},
	"inplace":  {"-aS", "--inplace", "--no-whole-file"},
}

// value gives what a row has in a dimension.
func value(row []int, d int) string { return dimensions[d].values[row[d]] }

// may says whether a row means anything: two stock programs prove nothing here,
// and incremental recursion starts at protocol 30.
func may(row []int) bool {
	if value(row, client) == "stock" && value(row, server) == "stock" {
		return false
	}
	version, _ := strconv.Atoi(value(row, protocol))
	return version >= 30 || value(row, recursion) == "full"
}

func TestMatrix(t *testing.T) {
	program.Need(t, "sh")
	programs := map[string]string{"stock": program.Stock(t), "godwit": program.Godwit(t)}
	rows := product(dimensions, may)
	if os.Getenv("GODWIT_TEST_FULL") == "" {
		rows = cover(rows)
	}
	t.Logf("%d rows", len(rows))
	for _, row := range rows {
		var name []string
		for d := range dimensions {
			name = append(name, value(row, d))
		}
		t.Run(strings.Join(name, "-"), func(t *testing.T) {
			t.Parallel()
			want := run(t, row, programs["stock"], programs["stock"])
			got := run(t, row, programs[value(row, client)], programs[value(row, server)])
			compare(t, "stock with stock", want, got)
		})
	}
}

// setup makes a source of several directories and a destination to bring up to it.
const setup = `set -e
mkdir -p src/a/b/c src/d src/empty dst/a/b dst/stale/in
for i in 1 2 3 4 5 6 7 8 9; do printf 'file %s\n' $i >src/a/f$i; printf 'deep %s\n' $i >src/a/b/c/g$i; done
cp src/a/f1 src/a/f2 dst/a/
seq 1 40000 >src/big; sed 's/^12345$/other/;/^30000$/d' src/big >dst/big
head -c 200000 /dev/zero >src/zeros; printf 'text' >dst/zeros
printf 'one\n' >src/a/h1; ln src/a/h1 src/d/h2; ln src/a/h1 src/d/h3
ln -s a/f1 src/soft; mkfifo src/d/fifo; printf 'latin\n' >"src/d/$(printf 'caf\351')"
printf 'x\n' >dst/stale/in/x; printf 'y\n' >dst/a/y; printf 'same size\n' >src/d/s; mkdir dst/d; printf 'same SIZE\n' >dst/d/s
chmod 750 src/a; chmod 4711 src/a/f3
find src dst -exec touch -h -d @1000000000.25 {} +
touch -d @1000000050 src/big src/zeros
`

type outcome struct {
	command, exit, stdout, stderr, tree string
	hung                                bool
}

// run carries out a row with these programs at the ends.
func run(t *testing.T, row []int, client, server string) outcome {
	args := append([]string{"--protocol=" + value(row, protocol)}, jobs[value(row, job)]...)
	if c := value(row, codec); c != "off" {
		args = append(args, "-z", "--compress-choice="+c)
	}
	if s := value(row, sum); s != "auto" {
		args = append(args, "--checksum-choice="+s)
	}
	if value(row, recursion) == "full" {
		args = append(args, "--no-inc-recursive")
	}
	return transfer(t, value(row, direction) == "push", args, client, server)
}

// transfer brings dst/ up to src/ in a new place, one of them by way of the remote shell, and tells
// what came of it.
func transfer(t *testing.T, push bool, options []string, client, server string) outcome {
	top := program.Dir(t)
	work := filepath.Join(top, "w")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LC_ALL=C.UTF-8"}
	prepare := exec.Command("sh", "-c", setup)
	prepare.Dir, prepare.Env = work, env
	start := time.Now() // setup sets all times that count to old ones
	if r := program.Run(t, prepare); r.Exit != 0 {
		t.Fatalf("setup: %s", r.Stderr)
	}
	args := append([]string{"-i", "--stats", "-e", program.RemoteShell(t, top), "--rsync-path=" + server}, options...)
	if push {
		args = append(args, "src/", "h:"+work+"/dst/")
	} else {
		args = append(args, "h:"+work+"/./src/", "dst/")
	}
	cmd := exec.Command(client, args...)
	cmd.Dir, cmd.Env = work, env
	r := program.Run(t, cmd)
	pic, err := tree.Read(work)
	if err != nil {
		t.Fatal(err)
	}
	n := output.New(work, client)
	text := func(raw []byte) string { return output.Sorted(strings.ReplaceAll(n.Text(raw), top, "<TOP>")) }
	return outcome{
		command: strings.Join(cmd.Args, " "), exit: output.Exit(r.Exit), hung: r.Hung,
		stdout: text(r.Stdout), stderr: text(r.Stderr), tree: pic.Text(start),
	}
}

// compare says in what got differs from want, which whom gave.
func compare(t *testing.T, whom string, want, got outcome) {
	t.Helper()
	if got.hung {
		t.Fatalf("%s\nhangs; stderr so far:\n%s", got.command, got.stderr)
	}
	for _, c := range []struct{ what, want, got string }{
		{"exit code", want.exit, got.exit}, {"tree", want.tree, got.tree},
		{"stdout", want.stdout, got.stdout}, {"stderr", want.stderr, got.stderr},
	} {
		if c.want != c.got {
			t.Errorf("%s\n%s differs (- %s, + this):\n%s", got.command, c.what, whom, output.Diff(c.want, c.got))
		}
	}
}

// TestCover holds the choice of rows: nothing is lost and little is kept.
func TestCover(t *testing.T) {
	all := product(dimensions, may)
	some := cover(all)
	if len(some) >= len(all)/20 {
		t.Errorf("%d rows of %d", len(some), len(all))
	}
	seen := map[pair]bool{}
	for _, r := range some {
		for _, p := range pairsOf(r) {
			seen[p] = true
		}
	}
	for _, r := range all {
		for _, p := range pairsOf(r) {
			if !seen[p] {
				t.Fatalf("no row has %s=%s with %s=%s", dimensions[p.d1].name, dimensions[p.d1].values[p.v1],
					dimensions[p.d2].name, dimensions[p.d2].values[p.v2])
			}
		}
	}
}
