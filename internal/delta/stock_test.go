package delta

import (
	"bytes"
	"testing"

	"godwit/internal/checksum"
)

// stockFiles returns a basis and a new file made from it with insertions, runs
// of zeros and scattered changes.
func stockFiles() (basis, news []byte) {
	x := uint32(1)
	noise := func(n int) []byte {
		p := make([]byte, n)
		for i := range p {
			x = x*1664525 + 1013904223
			p[i] = byte(x >> 24)
		}
		return p
	}
	basis = noise(700 * 2000)
	news = append(news, noise(50000)...)
	news = append(news, basis[:500000]...)
	news = append(news, make([]byte, 3000)...)
	news = append(news, basis[490000:]...)
	for i := 7000; i < len(news); i += 50000 {
		news[i] ^= 1
	}
	return basis, news
}

// TestStockCounts compares with what rsync 3.5.0 prints for these files:
//
//	rsync -vv --no-whole-file -I -B700 --checksum-seed=1 news basis
//	total: matches=1985  hash_hits=4110  false_alarms=1 data=73500
func TestStockCounts(t *testing.T) {
	basis, news := stockFiles()
	p := params(checksum.XXH128)
	search := NewSearcher(p)
	search.CountHits = true
	if err := search.Search(ctx, bytes.NewReader(news), int64(len(news)), sumsOf(t, p, basis, 700), Apart, nothing{}); err != nil {
		t.Fatal(err)
	}
	want := Stats{Matches: 1985, HashHits: 4110, FalseAlarms: 1, Literal: 73500, Matched: 1389500}
	if got := search.Stats(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
