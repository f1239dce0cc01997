package dest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"godwit/internal/fsys"
	"godwit/internal/report"
)

// What one Hand has foreseen is what another one finds, until a directory is replaced.
func TestForesight(t *testing.T) {
	w := newWorld(t)
	w.put("dst/", "dst/d/", "dst/d/there=x")
	tree, h := w.open("dst")
	other := tree.Hand(report.RoleGenerator)
	defer other.Close()
	if !h.LooksAhead() {
		t.Fatal("nothing is looked at ahead")
	}
	list := w.files(entry{name: "d/"}, entry{name: "d/there", size: 1}, entry{name: "d/missing"}, entry{name: "none/x"})
	foresee := func(name string) (st fsys.Stat, known bool, err error) {
		var seen Foresight
		other.Foresee(w.find(list, name), &seen)
		known, err = h.Recall(w.find(list, name), &seen, &st)
		return st, known, err
	}
	if st, known, err := foresee("d/there"); !known || err != nil || !st.IsRegular() {
		t.Errorf("there: %v, %v, %o", known, err, st.Mode)
	}
	if _, known, err := foresee("d/missing"); !known || !os.IsNotExist(err) {
		t.Errorf("missing: %v, %v", known, err)
	}
	// A directory that is not there yet may be made in its turn.
	if _, known, _ := foresee("none/x"); known {
		t.Error("something is known of a directory that is not there")
	}
	// A file is remembered as it was seen ...
	var seen Foresight
	f := w.find(list, "d/there")
	other.Foresee(f, &seen)
	w.check(os.Remove(filepath.Join(w.dir, "dst/d/there")))
	var st fsys.Stat
	if known, err := h.Recall(f, &seen, &st); !known || err != nil {
		t.Errorf("remembered: %v, %v", known, err)
	}
	if err := h.Stat(f, &st); err != syscall.ENOENT {
		t.Errorf("in its turn: %v", err)
	}
	// ... but not beyond a change of its directory, and not as another one.
	if known, _ := h.Recall(w.find(list, "d/missing"), &seen, &st); known {
		t.Error("taken for another entry")
	}
	tree.forget([]byte("d"))
	if known, _ := h.Recall(f, &seen, &st); known {
		t.Error("remembered although a directory has been replaced")
	}
}
