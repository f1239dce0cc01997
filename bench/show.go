//go:build unix

package main

import (
	"fmt"
	"strings"
)

// ratio is the time of c as a part of stock rsync's.
func (r *result) ratio(c *contestant) float64 {
	return float64(c.median()) / float64(r.contestants[1].median())
}

// text renders a result as lines of a terminal.
func (r *result) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s: %s\n", r.job.name, r.place, r.job.what)
	for _, c := range r.contestants {
		fmt.Fprintf(&b, "  %-8s median %8.3fs  min %8.3fs  cpu %8.3fs  peak %6.1f MB  %5.2f of rsync\n",
			c.name, c.median().Seconds(), c.shortest().Seconds(), c.cpu().Seconds(), float64(c.peak())/1e6, r.ratio(c))
	}
	return b.String()
}

func markdownTable(results []result) string {
	var b strings.Builder
	b.WriteString("| job | place | program | median s | min s | CPU s | peak MB | of rsync's time |\n|---|---|---|--:|--:|--:|--:|--:|\n")
	for _, r := range results {
		for _, c := range r.contestants {
			fmt.Fprintf(&b, "| %s | %s | %s | %.3f | %.3f | %.3f | %.1f | %.2f |\n", r.job.name, r.place, c.name,
				c.median().Seconds(), c.shortest().Seconds(), c.cpu().Seconds(), float64(c.peak())/1e6, r.ratio(c))
		}
	}
	return b.String()
}

// picture draws a bar for each program and job: its time as a part of stock rsync's, which is
// the line at 1. Bars past 3 are cut; their number stands beside them.
func picture(results []result) string {
	const bar, left, unit = 14, 210, 150
	colours := map[string]string{"godwit": "#1f6feb", "rsync": "#8b949e", "cp": "#c9a227", "tar": "#2da44e"}
	var b strings.Builder
	y := 20
	for _, r := range results {
		for i, c := range r.contestants {
			label := c.name
			if i == 0 {
				label = r.job.name + " (" + r.place + ")  " + c.name
			}
			v := r.ratio(c)
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+bar-3, label)
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.0f" height="%d" fill="%s"/>`, left, y, min(v, 3)*unit, bar-2, colours[c.name])
			fmt.Fprintf(&b, `<text x="%.0f" y="%d">%.2f</text>`+"\n", left+min(v, 3)*unit+5, y+bar-3, v)
			y += bar
		}
		y += 8
	}
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n", left+3*unit+60, y+10)
	line := fmt.Sprintf(`<line x1="%d" y1="12" x2="%d" y2="%d" stroke="#cf222e" stroke-dasharray="3"/>`+"\n", left+unit, left+unit, y)
	return head + `<rect width="100%" height="100%" fill="white"/>` + "\n" + b.String() + line + "</svg>\n"
}
