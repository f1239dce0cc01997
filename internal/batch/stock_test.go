package batch_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit/internal/batch"
	"godwit/internal/dest"
	"godwit/internal/filter"
	"godwit/internal/flist"
	"godwit/internal/fsys"
	"godwit/internal/generator"
	"godwit/internal/ids"
	"godwit/internal/ledger"
	"godwit/internal/options"
	"godwit/internal/plan"
	"godwit/internal/receiver"
	"godwit/internal/report"
	"godwit/internal/session"
	"godwit/internal/wire"
)

// stock runs rsync 3.5.0 in dir and returns what it says.
func stock(t *testing.T, dir string, args ...string) string {
	t.Helper()
	rsync, err := exec.LookPath("rsync")
	if err != nil {
		t.Skip("no rsync here")
	}
	cmd := exec.Command(rsync, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("rsync %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// trees makes a source and an older copy of it, twice.
func trees(t *testing.T) string {
	dir := t.TempDir()
	rng := rand.New(rand.NewSource(1))
	for i := range 12 {
		data := make([]byte, rng.Intn(60000))
		rng.Read(data)
		name := fmt.Sprintf("d%d/f%d", i%3, i)
		write(t, filepath.Join(dir, "s", name), data)
		old := append([]byte("old"), data[:len(data)/2]...)
		if i%4 != 0 {
			write(t, filepath.Join(dir, "d1", name), old)
			write(t, filepath.Join(dir, "d2", name), old)
		}
	}
	write(t, filepath.Join(dir, "s/empty"), nil)
	os.Symlink("d0", filepath.Join(dir, "s/link"))
	os.Link(filepath.Join(dir, "s/d1/f1"), filepath.Join(dir, "s/d2/hard"))
	return dir
}

// replay reads a batch file with generator and receiver, as the client does.
func replay(t *testing.T, dir, file string, args ...string) string {
	t.Helper()
	o, err := options.Parse(append(args, "--read-batch="+file, "d2/"), &options.Config{})
	if err != nil {
		t.Fatal(err)
	}
	said := &report.Collector{}
	router := &report.Router{Terminal: said}
	log := report.NewLog(router, report.Config{Role: report.RoleReceiving, Dir: dir, Info: o.Info})
	conn, err := batch.Open(operator(), filepath.Join(dir, file), nil, wire.MaxProtocol, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flags.Adopt(o, conn.Protocol, func(option string, on bool) { t.Errorf("%s: %v", option, on) }); err != nil {
		t.Fatal(err)
	}
	s := session.New(t.Context(), conn, session.Settings{EarlyEOF: true})
	defer s.Close()
	out, err := s.Handshake(session.Hello{
		Version: wire.MaxProtocol, Client: wire.CapAll, AllowIncremental: o.IncRecursion(true), Own: wire.CompatAll,
		Compress: o.Compress, Batch: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.StartInput(false)
	s.SetRole(session.RolePreReceiver)
	rules, _, err := filter.NewBuilder(filter.Env{Protocol: out.Caps.Protocol, Receiving: true}).Finish(filter.PullClient, false)
	if err != nil {
		t.Fatal(err)
	}
	who, err := ids.CurrentIdentity()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(t.Context(), plan.Input{
		Options: o, Caps: out.Caps, Transfer: out.Transfer, File: out.File, Codec: out.Codec, Filter: rules, Identity: who, Umask: 0o022, StartDir: dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := report.Config{Role: report.RoleReceiving, Dir: dir, Info: o.Info, Itemize: o.Itemize, Protocol: out.Caps.Protocol,
		Env: report.FormatEnv{Style: report.ItemStyle{KeepTimes: o.Times, SymlinkTimes: true}}}
	if o.OutFormat != "" {
		if cfg.Format, err = report.CompileFormat(o.OutFormat, false); err != nil {
			t.Fatal(err)
		}
	}
	log = report.NewLog(router, cfg)
	format := flist.Format{
		Caps: out.Caps, Owner: o.Owner, Group: o.Group, Links: o.Links, Devices: o.Devices, Specials: o.Specials, HardLinks: o.HardLinks > 0,
		Checksum: o.Checksum, SumLen: out.File.Size(), Recurse: p.Select.Recurse,
	}
	order := flist.Order{Protocol: out.Caps.Protocol}
	list := flist.NewList(out.Caps.IncRecurse, format.Columns(), order)
	led := ledger.New()
	var totals report.Totals
	lists := receiver.NewLists(receiver.ListConfig{
		Plan: p, Session: s, List: list, Order: order, Decoder: flist.NewDecoder(&format, list), Log: log, Totals: &totals, IOErrors: led.AddIOErrors,
	})
	if _, err := lists.First(t.Context()); err != nil {
		t.Fatal(err, said.Text(0))
	}
	tree, err := dest.Open(dest.Config{Plan: p, Log: log, Operator: fsys.Operator{UID: uint32(os.Geteuid())}, PID: os.Getpid()},
		filepath.Join(dir, "d2"), dest.Listing{Count: int(list.Count())})
	if err != nil {
		t.Fatal(err, said.Text(0))
	}
	defer tree.Close()
	gen := generator.New(generator.Config{Plan: p, Session: s, List: list, Order: order, Ledger: led, Tree: tree, Log: log})
	rec := receiver.New(receiver.Config{Plan: p, Session: s, Lists: lists, Ledger: led, Dest: tree, Log: tree.Log(report.RoleReceiver), Totals: &totals})
	timer := time.AfterFunc(time.Minute, func() { s.Fail(fmt.Errorf("it hangs")) })
	defer timer.Stop()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := rec.Run(s.Context()); err != nil {
			t.Errorf("receiver: %v", err)
			s.Fail(err)
		}
	})
	wg.Go(func() {
		if err := gen.Run(s.Context()); err != nil {
			t.Errorf("generator: %v", err)
			s.Fail(err)
		}
	})
	wg.Wait()
	return said.Text(0)
}

// same compares two trees as rsync itself does.
func same(t *testing.T, dir, a, b string, args ...string) {
	t.Helper()
	if diff := stock(t, dir, append(args, "-nirc", "--delete", a+"/", b+"/")...); diff != "" {
		t.Errorf("%s and %s differ:\n%s", a, b, diff)
	}
}

// Batches that rsync 3.5.0 has written do here what they did there.
func TestReplayStock(t *testing.T) {
	for _, c := range []string{
		"-rlt", "-rlt --no-inc-recursive", "-rltz", "-rltH", "-rltH --no-inc-recursive", "-rlt --protocol=31", "-rltz --protocol=30",
		"-rlt --protocol=29", "-rltz --protocol=28", "-rlt --protocol=27", "-rlt --delete", "-rlt --inplace", "-rlt --delay-updates", "-rltc",
	} {
		t.Run(c, func(t *testing.T) {
			dir := trees(t)
			args := strings.Fields(c)
			stock(t, dir, append(args, "--write-batch=bat", "s/", "d1/")...)
			var own []string
			for _, a := range args {
				if !strings.HasPrefix(a, "--protocol") {
					own = append(own, a)
				}
			}
			replay(t, dir, "bat", own...)
			keep := "-lt"
			if strings.Contains(c, "H") {
				keep = "-ltH"
			}
			same(t, dir, "d1", "d2", keep)
			same(t, dir, "s", "d2", keep)
		})
	}
}

// A batch that does not fit the destination says so.
func TestReplayMisfits(t *testing.T) {
	for _, rec := range []string{"-rlt", "-rlt --no-inc-recursive"} {
		dir := trees(t)
		stock(t, dir, append(strings.Fields(rec), "--write-batch=bat", "s/", "d1/")...)
		// A file that is up to date by now, and one that was when the batch was written.
		stock(t, dir, "-t", "s/d0/f0", "d2/d0/")
		if got := replay(t, dir, "bat", strings.Fields(rec)...); got != "(Skipping batched update for \"d0/f0\")\n" {
			t.Errorf("%s: said %q", rec, got)
		}
		same(t, dir, "s", "d2", "-lt")

		dir = trees(t)
		stock(t, dir, "-t", "s/d1/f1", "d1/d1/")
		stock(t, dir, append(strings.Fields(rec), "--write-batch=bat", "s/", "d1/")...)
		if got := replay(t, dir, "bat", strings.Fields(rec)...); got != "(No batched update for \"d1/f1\")\n" {
			t.Errorf("%s: said %q", rec, got)
		}
		old, err := os.ReadFile(filepath.Join(dir, "d2/d1/f1"))
		if err != nil || !bytes.HasPrefix(old, []byte("old")) {
			t.Errorf("%s: %v", rec, err)
		}
	}
}

// rsync 3.5.0 reads what is recorded here: the stream of docs/protocol/03-transfer.md §17.3, which
// makes of an old file of 1500 octets a new one, and one more file.
func TestStockReads(t *testing.T) {
	const stream = "1803636867df05000000ca9a3ba4810000" + "9a036e657706000000" + "9a0473616d6505000000" + "0000000000" +
		"000000000c80" + "03000000bc0200000200000064000000" + "ffffffff0300000058595afefffffffdffffff00000000" + "19dcc8c8cb8065d6c870eacac2428b7d" +
		"0100000000a0" + "00000000000000000000000000000000" + "0600000068656c6c6f0a00000000" + "a80ae97540596a493610f81807b4144c" +
		"ffffffffffffffffffffffff"
	dir := t.TempDir()
	old := make([]byte, 1500)
	for i := range old {
		old[i] = byte(7*i + 3)
	}
	write(t, filepath.Join(dir, "d/chg"), old)
	os.Chtimes(filepath.Join(dir, "d/chg"), time.Time{}, time.Unix(900000000, 0))
	write(t, filepath.Join(dir, "d/same"), []byte("same\n"))
	os.Chtimes(filepath.Join(dir, "d/same"), time.Time{}, time.Unix(1000000000, 0))

	log, _ := newLog()
	rec, err := batch.Create(operator(), filepath.Join(dir, "bat"), batch.FlagsOf(parse(t, "-t")), log)
	if err != nil {
		t.Fatal(err)
	}
	s := batch.Script{Args: []string{"rsync", "-t", "--write-batch=bat", "s/", "d/"}, Dest: "d/", Protocol: 29}
	text, err := s.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.WriteScript(text); err != nil {
		t.Fatal(err)
	}
	if err := rec.Start(29, 0, 1); err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(stream)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []int64{71, 512, 1514, 1, 0} {
		b = wire.AppendLong30(b, 29, v, wire.SizeBytes)
	}
	rec.Write(b)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("rsync"); err != nil {
		t.Skip("no rsync here")
	}
	cmd := exec.Command("sh", "./bat.sh")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	chg, _ := os.ReadFile(filepath.Join(dir, "d/chg"))
	fresh, _ := os.ReadFile(filepath.Join(dir, "d/new"))
	if want := string(old[:700]) + "XYZ" + string(old[700:]); string(chg) != want || string(fresh) != "hello\n" {
		t.Errorf("%d octets, %q", len(chg), fresh)
	}
}
