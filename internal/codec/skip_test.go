package codec

import "testing"

func TestSkipList(t *testing.T) {
	tests := []struct {
		list, name string
		want       bool
	}{
		{DefaultSkip, "dir/a.gz", true},
		{DefaultSkip, "A.JPeG", true},
		{DefaultSkip, "a.txt", false},
		{DefaultSkip, "gz", false},
		{DefaultSkip, "agz", false},
		{DefaultSkip, ".gz", true},
		{DefaultSkip, "", false},
		{"", "a.gz", false},
		{"//GZ//", "a.gz", true},
		{"gz/mp[34]/7z", "a.mp4", true},
		{"gz/mp[34]/7z", "a.mp5", false},
		{"mp[3-5]", "a.mp4", false},
		{"mp[3-5]", "a.mp-", true},
		{"[ab][cd]", "x.bc", true},
		{"[x", "a.x", true},
		{"a[b-c]/", "q.ab", true},
		{"[]", "a.", false},
		{"*", "anything", true},
		{"*/gz", "anything", false},
		{"g?", "a.gz", false},
		{"tar.gz", "a.tar.gz", true},
		{"tar.gz", "a.gz", false},
		{"0123456789012345678901234567890123456789", "a.01234567890123456789012345678901", true},
		{"\xc4", "a.\xe4", false},
	}
	for _, tt := range tests {
		if got := ParseSkipList(tt.list).Match(tt.name); got != tt.want {
			t.Errorf("%q matches %q: %v", tt.list, tt.name, got)
		}
	}
	if !ParseSkipList("*").All() || ParseSkipList("gz").All() {
		t.Error("All is wrong")
	}
}

func TestMethodLevel(t *testing.T) {
	tests := []struct {
		name         string
		asked, level int
		on           bool
	}{
		{"zlib", LevelUnset, 6, true}, {"zlib", 0, 0, false}, {"zlibx", -1, 6, true}, {"ZLIBX", -5, 1, true}, {"zlib", 12, 9, true},
		{"zstd", LevelUnset, 3, true}, {"zstd", 0, 3, true}, {"zstd", -1, -1, true}, {"zstd", 99, 22, true}, {"zstd", -1 << 20, -131072, true},
		{"lz4", LevelUnset, 0, true}, {"lz4", 9, 0, true}, {"none", 5, 0, false},
	}
	for _, tt := range tests {
		level, on := lookup(t, tt.name).Level(tt.asked)
		if level != tt.level || on != tt.on {
			t.Errorf("%s asked for %d: level %d, on %v", tt.name, tt.asked, level, on)
		}
	}
	if _, ok := Lookup("auto"); ok {
		t.Error(`"auto" is no method`)
	}
}
