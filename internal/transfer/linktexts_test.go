package transfer

import (
	"testing"

	"godwit/internal/plan"
)

func TestLinkTexts(t *testing.T) {
	if linkTexts(&plan.Plan{}) != nil {
		t.Error("texts are changed outside a module")
	}
	munge := linkTexts(&plan.Plan{Where: plan.Where{MungeSymlinks: true, Sanitize: true}})
	clean := linkTexts(&plan.Plan{Where: plan.Where{Sanitize: true}})
	for _, tt := range []struct{ name, text, munged, cleaned string }{
		{"l", "d/e", "/rsyncd-munged/d/e", "d/e"},
		{"l", "../x", "/rsyncd-munged/../x", "x"},
		{"l", "/etc/passwd", "/rsyncd-munged//etc/passwd", "etc/passwd"},
		{"s/abs", "/a/../../b/./c//d", "/rsyncd-munged//a/../../b/./c//d", "../b/c/d"},
		{"s/t/deep", "../../../../q", "/rsyncd-munged/../../../../q", "../../q"},
		{"s/t/l", "../../a/../b", "/rsyncd-munged/../../a/../b", "../../b"},
	} {
		if got := string(munge([]byte(tt.name), []byte(tt.text))); got != tt.munged {
			t.Errorf("%s -> %s is munged to %s", tt.name, tt.text, got)
		}
		if got := string(clean([]byte(tt.name), []byte(tt.text))); got != tt.cleaned {
			t.Errorf("%s -> %s is cleaned to %s", tt.name, tt.text, got)
		}
	}
}
