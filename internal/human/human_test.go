package human_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit/internal/human"
)

func num(level int) human.Numbers { return human.Numbers{Level: level} }

// TestNumbers checks the table of docs/protocol/06-output.md §7.1 and values
// that were listed by the reference.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		style human.Numbers
		v     int64
		human string
		comma string
	}{
		{num(0), 1235000, "1235000", "1235000"},
		{num(1), 1235000, "1,235,000", "1,235,000"},
		{num(2), 1235000, "1.24M", "1,235,000"},
		{num(3), 1235000, "1.18M", "1,235,000"},
		{num(4), 1235000, "1.18M", "1,235,000"},
		{num(1), 0, "0", "0"},
		{num(1), 999, "999", "999"},
		{num(1), 1000, "1,000", "1,000"},
		{num(1), -1000, "-1,000", "-1,000"},
		{num(1), -999, "-999", "-999"},
		{num(1), math.MinInt64, "-9,223,372,036,854,775,808", "-9,223,372,036,854,775,808"},
		{num(2), 999, "999", "999"},
		{num(2), 1012, "1.01K", "1,012"},
		{num(2), 999999, "1000.00K", "999,999"},
		{num(2), 1048575, "1.05M", "1,048,575"},
		{num(3), 1012, "1,012", "1,012"},
		{num(3), 999999, "976.56K", "999,999"},
		{num(3), 1048575, "1024.00K", "1,048,575"},
		{num(2), -1235000, "-1.24M", "-1,235,000"},
		{num(2), math.MaxInt64, "9223.37P", "9,223,372,036,854,775,807"},
		{human.Numbers{Level: 2, Point: ','}, 1235000, "1,24M", "1.235.000"},
		{human.Numbers{Level: 1, Point: ','}, 1235000, "1.235.000", "1.235.000"},
	} {
		if got := string(c.style.Human([]byte("x"), c.v)); got != "x"+c.human {
			t.Errorf("%+v: human %d = %q, want %q", c.style, c.v, got[1:], c.human)
		}
		if got := string(c.style.Comma([]byte("x"), c.v)); got != "x"+c.comma {
			t.Errorf("%+v: comma %d = %q, want %q", c.style, c.v, got[1:], c.comma)
		}
	}
}

func TestFractions(t *testing.T) {
	for _, c := range []struct {
		style human.Numbers
		v     float64
		human string
		comma string
	}{
		{num(0), 1172, "1172.00", "1172.00"},
		{num(1), 1172, "1,172.00", "1,172.00"},
		{num(2), 1172, "1.17K", "1,172.00"},
		{num(2), 999.5, "999.50", "999.50"},
		{num(1), 0.004, "0.00", "0.00"},
		{num(1), 1234567.891, "1,234,567.89", "1,234,567.89"},
		{human.Numbers{Level: 1, Point: ','}, 1172, "1.172,00", "1.172,00"},
	} {
		if got := string(c.style.HumanFloat(nil, c.v, 2)); got != c.human {
			t.Errorf("%+v: human %g = %q, want %q", c.style, c.v, got, c.human)
		}
		if got := string(c.style.CommaFloat(nil, c.v, 2)); got != c.comma {
			t.Errorf("%+v: comma %g = %q, want %q", c.style, c.v, got, c.comma)
		}
	}
	if got := string(num(1).CommaFloat(nil, 0.001, 3)); got != "0.001" {
		t.Error(got)
	}
}

// TestCommaProperty: separators stand every three digits and nowhere else.
func TestCommaProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64().Draw(t, "v") >> rapid.IntRange(0, 63).Draw(t, "shift")
		got := string(num(1).Comma(nil, v))
		if plain := string(num(0).Comma(nil, v)); strings.ReplaceAll(got, ",", "") != plain {
			t.Fatalf("%s without separators is not %s", got, plain)
		}
		groups := strings.Split(strings.TrimPrefix(got, "-"), ",")
		for i, g := range groups {
			if len(g) > 3 || len(g) < 1 || i > 0 && len(g) != 3 {
				t.Fatalf("group %q in %s", g, got)
			}
		}
	})
}

// TestDate checks dates that the reference printed for files of a tmpfs.
func TestDate(t *testing.T) {
	plus2 := time.FixedZone("plus2", 2*3600)
	for _, c := range []struct {
		sec    int64
		loc    *time.Location
		want   string
		dashed string
	}{
		{1000000000, time.UTC, "2001/09/09 01:46:40", "2001/09/09-01:46:40"},
		{1000000000, plus2, "2001/09/09 03:46:40", "2001/09/09-03:46:40"},
		{0, time.UTC, "1970/01/01 00:00:00", "1970/01/01-00:00:00"},
		{300000000000, time.UTC, "11476/08/15 05:20:0", "11476/08/15-05:20:0"},
		{67768036191676800, time.UTC, "(time out of range)", "(time-out-of-range)"},
		{67768036191675000, time.UTC, "-2147481749/12/31 2", "-2147481749/12/31-2"},
		{-99999999999, time.UTC, "-1199/02/15 14:13:2", "-1199/02/15-14:13:2"},
		{-62200000000, time.UTC, "  -2/12/17 14:13:20", "---2/12/17-14:13:20"},
		{math.MinInt64, time.UTC, "(time out of range)", "(time-out-of-range)"},
	} {
		if got := string(human.Date([]byte("x"), c.sec, c.loc)); got != "x"+c.want {
			t.Errorf("Date(%d) = %q, want %q", c.sec, got[1:], c.want)
		}
		if got := string(human.DashedDate([]byte(" "), c.sec, c.loc)); got != " "+c.dashed {
			t.Errorf("DashedDate(%d) = %q, want %q", c.sec, got[1:], c.dashed)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if got := human.Date(nil, rapid.Int64().Draw(t, "sec"), time.UTC); len(got) != human.DateLen {
			t.Fatalf("%q has %d bytes", got, len(got))
		}
	})
}

// TestProgress checks the lines of docs/protocol/06-output.md §8.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		done, size int64
		rate, sec  float64
		want       string
	}{
		{32768, 3000000, 0, 0, "\r         32,768   1%    0.00kB/s    0:00:00"},
		{3000000, 3000000, 503.16, 5.9, "\r      3,000,000 100%  503.16kB/s    0:00:05"},
		{3000000, 3000001, 1.03 * 1024, 2, "\r      3,000,000  99%    1.03MB/s    0:00:02"},
		{0, 0, 0, 0, "\r              0 100%    0.00kB/s    0:00:00"},
		{1, 3, 2 * 1024 * 1024, 9999 * 3600, "\r              1  33%    2.00GB/s 9999:00:00"},
		{1, 3, 1024, 9999*3600 + 1, "\r              1  33% 1024.00kB/s   ??:??:??"},
		{1, 3, 0, -1, "\r              1  33%    0.00kB/s   ??:??:??"},
		{1, 3, 0, math.NaN(), "\r              1  33%    0.00kB/s   ??:??:??"},
	} {
		if got := string(num(1).Progress(nil, c.done, c.size, c.rate, c.sec)); got != c.want {
			t.Errorf("\ngot  %q\nwant %q", got, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		done, size int64
		want       int
	}{
		{0, 0, 100}, {0, 1, 0}, {999, 1000, 99}, {1000, 1000, 100}, {5, 0, 0}, {2000, 1000, 200},
		{math.MaxInt64 / 2, math.MaxInt64, 50},
	} {
		if got := human.Percent(c.done, c.size); got != c.want {
			t.Errorf("Percent(%d, %d) = %d, want %d", c.done, c.size, got, c.want)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	buf := make([]byte, 0, 128)
	if n := testing.AllocsPerRun(100, func() {
		buf = num(2).Progress(buf[:0], 1234567, 7654321, 99.5, 3)
		buf = human.Date(buf, 1000000000, time.UTC)
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
