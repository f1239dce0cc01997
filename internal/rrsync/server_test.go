package rrsync

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"godwit/internal/exit"
	"godwit/internal/options"
)

// The arguments that come out are a server's command line, with the paths
// behind a first operand ".".
func TestServerUnderstandsArguments(t *testing.T) {
	dir := makeTree(t)
	for command, operands := range map[string][]string{
		"rsync --server -vlogDtpre.iLsfxCIvu --delete . sub/":                      {".", "sub/"},
		"rsync --server --sender -vlogDtprze.iLsfxCIvu --numeric-ids . f1 s1":      {".", "f1", "s1"},
		"rsync --server --sender -vlogDtpre.iLsfxCIvu":                             nil,
		"rsync --server -vlogDtpre.iLsfxCIvu --link-dest s1 --partial-dir .p . -x": {".", "-x"},
		"rsync --server --sender -de.LsfxCIvu --list-only .":                       {".", "."},
	} {
		var stderr bytes.Buffer
		ran := false
		code := Main(t.Context(), testEnv(dir, &stderr, map[string]string{"SSH_ORIGINAL_COMMAND": command}), []string{"-munge", dir}, func(_ context.Context, c Command) exit.Code {
			ran = true
			o, err := options.Parse(c.Args, &options.Config{})
			if err != nil {
				t.Errorf("%s: %q: %v", command, c.Args, err)
				return exit.OK
			}
			if !o.Server || o.ConfineRoot != dir || !slices.Equal(o.Args, operands) {
				t.Errorf("%s: server %v, confined to %q, operands %q", command, o.Server, o.ConfineRoot, o.Args)
			}
			return exit.OK
		})
		if ran != (operands != nil) {
			t.Errorf("%s: ran %v, code %d: %s", command, ran, code, stderr.String())
		}
	}
}
