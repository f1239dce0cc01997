//go:build linux

// Package filters compares decisions: which names the program under test copies, leaves, deletes and keeps under
// random rules, with what stock rsync does under the same rules on the same tree. The rules come by all ways there
// are, and cross the wire at every protocol, from and to either program.
//
// A normal run takes some hundred fixed seeds; GODWIT_TEST_FULL=1 takes many more, and FuzzRules goes on for as long
// as one likes. What differs is reduced to what the difference needs before it is shown.
package filters

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

var (
	first = flag.Uint64("first", 0, "the first `seed` of random scenarios")
	seeds = flag.Uint64("seeds", 0, "how many scenarios there are")
)

// check compares one scenario and reports it, reduced.
func (st *stage) check(t testing.TB, seed uint64) {
	t.Helper()
	s := newDice(seed).scenario()
	if st.compare(t, s) == "" {
		return
	}
	s = st.reduce(t, s)
	t.Errorf("seed %d\n%s%s", seed, s, st.compare(t, s))
}

func TestRules(t *testing.T) {
	program.Need(t, "sh")
	st := newStage(t)
	n := *seeds
	if n == 0 {
		n = 200
		if os.Getenv("GODWIT_TEST_FULL") != "" {
			n = 5000
		}
	}
	const groups = 4
	for g := range uint64(groups) {
		t.Run(fmt.Sprint(g), func(t *testing.T) {
			t.Parallel()
			for seed := *first + g; seed < *first+n; seed += groups {
				st.check(t, seed)
			}
		})
	}
}

func FuzzRules(f *testing.F) {
	st := newStage(f)
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { st.check(t, seed) })
}
