//go:build linux

// Package shells loads the completions in the shells that they are for, and asks these what they would offer.
package shells

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"godwit/internal/options"
	"godwit/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// A shell is asked by a script for the completions of the line $LINE, of the command $COMMAND, in the file $SCRIPT; it
// prints one a line.
type shell struct{ name, script string }

var shells = []shell{
	{"bash", `
source "$SCRIPT"
spec=$(complete -p "$COMMAND") || exit 1
function=${spec##*-F }
function=${function%% *}
COMP_LINE=$LINE COMP_POINT=${#LINE}
read -ra COMP_WORDS <<<"${LINE//=/ = }"
[[ $LINE == *[\ =] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
"$function" "$COMMAND" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
`},
	{"fish", `
source $SCRIPT
complete -C $LINE | string replace -r '\t.*' ''
true
`},
	// What zsh would offer is known only to its line editor, so one is run on a terminal, with an eye on what reaches it.
	{"zsh", `
zmodload zsh/zpty
found=$HOME/found
zpty editor zsh -f -i
zpty -w editor "fpath=(${SCRIPT:h} \$fpath); autoload -Uz compinit; compinit -u -D; compadd() { local -a all; builtin compadd -A all \"\$@\"; print -rl -- \$all >>$found; builtin compadd \"\$@\"; }; : >$found.ready"
for i in {1..1200}; do [[ -e $found.ready ]] && break; sleep 0.05; done
zpty -w -n editor "$LINE"$'\t'
for i in {1..1200}; do [[ -s $found ]] && break; sleep 0.05; zpty -r -t editor seen >/dev/null; done
cat $found
zpty -d editor
`},
}

func TestCompletions(t *testing.T) {
	root, err := program.Module()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"bash": "bash/%", "fish": "fish/%.fish", "zsh": "zsh/_%"}
	var deletions []string
	for _, o := range options.Rows() {
		if strings.HasPrefix(o.Long, "delete-") && !o.Hidden && o.Negates == "" {
			deletions = append(deletions, "--"+o.Long)
		}
	}
	slices.Sort(deletions)
	if len(deletions) < 5 {
		t.Fatal("the table has only", deletions)
	}
	for _, sh := range shells {
		t.Run(sh.name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(sh.name); err != nil {
				t.Skipf("%s is not installed (make deps installs it)", sh.name)
			}
			for _, command := range []string{"rsync", "godwit"} {
				script := filepath.Join(root, "completions", strings.ReplaceAll(files[sh.name], "%", command))
				for line, want := range map[string][]string{
					"--delete-":             deletions,
					"--compress-choice=z":   {"zlib", "zlibx", "zstd"},
					"--stderr=":             {"all", "client", "errors"},
					"-av --checksum-choi":   {"--checksum-choice"},
					"--info=progress --nam": nil,
				} {
					if sh.name == "zsh" && (want == nil || command != "rsync") {
						continue // there is nothing to wait for; and its editor takes its time to start
					}
					got := sh.ask(t, command, script, command+" "+line)
					if !slices.Equal(got, want) {
						t.Errorf("%s %s: %q, not %q", command, line, got, want)
					}
				}
			}
		})
	}
}

// ask gives what the shell offers, in order, without what leads to the value of an option.
func (sh *shell) ask(t *testing.T, command, script, line string) []string {
	home := program.Dir(t)
	cmd := exec.Command(sh.name, "-c", sh.script)
	if sh.name == "bash" {
		cmd = exec.Command("bash", "--norc", "-c", sh.script)
	}
	cmd.Dir = home
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C.UTF-8", "TERM=dumb", "SCRIPT=" + script, "COMMAND=" + command, "LINE=" + line}
	r := program.Run(t, cmd)
	if r.Exit != 0 || r.Hung {
		t.Fatalf("%s: %q: exit %d\n%s%s", sh.name, line, r.Exit, r.Stdout, r.Stderr)
	}
	var offers []string
	for offer := range strings.Lines(string(r.Stdout)) {
		offer = strings.TrimSpace(offer)
		if k := strings.IndexByte(offer, '='); k >= 0 && k < len(offer)-1 {
			offer = offer[k+1:]
		}
		if offer = strings.TrimSuffix(offer, "="); offer != "" && !slices.Contains(offers, offer) {
			offers = append(offers, offer)
		}
	}
	slices.Sort(offers)
	return offers
}
