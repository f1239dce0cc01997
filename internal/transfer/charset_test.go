package transfer

import (
	"testing"

	"godwit/internal/report"
)

// A peer's text reaches the terminal in the local charset, but none of its controls do.
func TestConvertedTextIsShownSafely(t *testing.T) {
	for _, c := range []struct{ charset, text, want string }{
		{"utf-8", "caf\u00e9 \x9b31m \x1b[0m", `caf` + "\u00e9" + ` \#23331m \#033[0m`},
		{"latin1", "caf\u00e9 \u009b31m \x1b[0m", "caf\xe9" + ` \#23331m \#033[0m`},
		{"cp1251", "\u043f\x1b[0m", "\xef" + `\#033[0m`},
		{"shift_jis", "\u65e5\u672c", "\x93\xfa\x96\x7b"},
	} {
		conv, err := newConverter(c.charset, report.CharsetUTF8)
		if err != nil {
			t.Fatal(err)
		}
		got := report.AppendEscaped(nil, conv.appendLocal(nil, []byte(c.text)), conv.shown())
		if string(got) != c.want {
			t.Errorf("%s: %q is shown as %q, want %q", c.charset, c.text, got, c.want)
		}
	}
}
