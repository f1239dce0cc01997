package flist

import "testing"

func TestPages(t *testing.T) {
	page, at := uint32(0), uint32(0)
	for i := range uint32(5 * pageSize) {
		if int(at) == pageLen(int(page)) {
			page, at = page+1, 0
		}
		if p, a := pageOf(i); p != page || a != at {
			t.Fatalf("entry %d is at %d, %d: want %d, %d", i, p, a, page, at)
		}
		at++
	}
	if _, at := pageOf(pageSize); at != 0 || pageLen(smallPages) != pageSize || pageLen(smallPages+3) != pageSize {
		t.Error("pages do not reach their full length where they should")
	}
}
