package options

import (
	"fmt"
	"strings"
)

// Completion scripts for three shells, generated from the table.

// completion is the kind of value an option takes, as far as a shell can
// complete it: one of the constants, or a list of words.
type completion string

const (
	completeNothing  completion = ""
	completeFile     completion = "@file"
	completeDir      completion = "@dir"
	completeUser     completion = "@user"
	completeGroup    completion = "@group"
	completeCommand  completion = "@command"
	completeInfo     completion = "@info"
	completeDebug    completion = "@debug"
	completeChecksum completion = "@checksum"
	completeCompress completion = "@compress"
)

// completeWords offers fixed words.
func completeWords(words string) completion { return completion(words) }

// words returns the fixed words of a completion, nil if it has none.
func (c completion) words() []string {
	switch c {
	case completeInfo:
		return flagWords(infoFlags[:])
	case completeDebug:
		return flagWords(debugFlags[:])
	case completeChecksum:
		return append([]string{"auto"}, referenceChecksums...)
	case completeCompress:
		return append([]string{"auto"}, referenceCompressors...)
	}
	if strings.HasPrefix(string(c), "@") {
		return nil
	}
	return strings.Fields(string(c))
}

func flagWords(specs []flagSpec) []string {
	words := []string{"help", "all", "none"}
	for _, s := range specs {
		words = append(words, strings.ToLower(s.name))
	}
	return words
}

// completable calls visit for each option that completion offers.
func completable(visit func(o *Option)) {
	for i := range theTable.rows {
		o := &theTable.rows[i]
		if (!o.Hidden || o.Negates != "") && o.Group != GroupRoles && o.Long != "" {
			visit(o)
		}
	}
}

// BashCompletion returns a completion script for bash, for the given command.
func BashCompletion(command string) string {
	var all, values strings.Builder
	completable(func(o *Option) {
		all.WriteString(" --" + o.Long)
		if o.ArgName == "" {
			return
		}
		all.WriteString("=")
		action := ""
		switch o.complete {
		case completeFile:
			action = "-f"
		case completeDir:
			action = "-d"
		case completeUser:
			action = "-u"
		case completeGroup:
			action = "-g"
		case completeCommand:
			action = "-c"
		default:
			if w := o.complete.words(); w != nil {
				action = "-W '" + strings.Join(w, " ") + "'"
			}
		}
		if action != "" {
			fmt.Fprintf(&values, "        --%s) COMPREPLY=($(compgen %s -- \"$cur\")); return;;\n", o.Long, action)
		}
	})
	name := functionName(command)
	return fmt.Sprintf(`# bash completion for %[1]s
%[2]s() {
    local cur prev
    _get_comp_words_by_ref -n : cur prev 2>/dev/null || { cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD-1]}; }
    if [[ $cur == "=" ]]; then
        cur=
    elif [[ $prev == "=" && $COMP_CWORD -gt 1 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    if [[ $cur == --*=* ]]; then
        prev=${cur%%%%=*} cur=${cur#*=}
    fi
    case $prev in
%[3]s    esac
    case $cur in
        -*) COMPREPLY=($(compgen -W '%[4]s' -- "$cur"))
            [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace;;
        *)  COMPREPLY=($(compgen -f -- "$cur"))
            compopt -o filenames 2>/dev/null;;
    esac
}
complete -F %[2]s %[1]s
`, command, name, values.String(), strings.TrimSpace(all.String()))
}

// ZshCompletion returns a completion script for zsh, for the given command.
func ZshCompletion(command string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n\n_arguments -s -S \\\n", command)
	escape := strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)
	completable(func(o *Option) {
		value := ""
		if o.ArgName != "" {
			value = ":" + escape.Replace(o.ArgName) + ":" + zshAction(o.complete)
		}
		help := o.Help
		if help == "" {
			help = "see --" + o.Same
			if o.Negates != "" {
				help = "undo --" + o.Negates
			}
		}
		help = "[" + escape.Replace(help) + "]"
		eq := ""
		if o.ArgName != "" {
			eq = "="
		}
		fmt.Fprintf(&b, "  '*--%s%s%s%s' \\\n", o.Long, eq, help, value)
		if o.Short != 0 && o.Long != "dparam" {
			fmt.Fprintf(&b, "  '*-%c%s%s%s' \\\n", o.Short, strings.Replace(eq, "=", "+", 1), help, value)
		}
	})
	b.WriteString("  '*:file:_files'\n")
	return b.String()
}

func zshAction(c completion) string {
	switch c {
	case completeNothing:
		return ""
	case completeFile:
		return "_files"
	case completeDir:
		return "_files -/"
	case completeUser:
		return "_users"
	case completeGroup:
		return "_groups"
	case completeCommand:
		return "_command_names -e"
	}
	return "(" + strings.Join(c.words(), " ") + ")"
}

// FishCompletion returns a completion script for fish, for the given command.
func FishCompletion(command string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion for %s\n", command)
	quote := strings.NewReplacer(`\`, `\\`, "'", `\'`)
	completable(func(o *Option) {
		fmt.Fprintf(&b, "complete -c %s -l %s", command, o.Long)
		if o.Short != 0 && o.Long != "dparam" {
			fmt.Fprintf(&b, " -s %c", o.Short)
		}
		if o.Help != "" {
			fmt.Fprintf(&b, " -d '%s'", quote.Replace(o.Help))
		}
		if o.ArgName != "" {
			b.WriteString(fishAction(o.complete))
		}
		b.WriteByte('\n')
	})
	return b.String()
}

func fishAction(c completion) string {
	switch c {
	case completeNothing:
		return " -x"
	case completeFile:
		return " -rF"
	case completeDir:
		return " -xa '(__fish_complete_directories)'"
	case completeUser:
		return " -xa '(__fish_complete_users)'"
	case completeGroup:
		return " -xa '(__fish_complete_groups)'"
	case completeCommand:
		return " -xa '(__fish_complete_command)'"
	}
	return " -xa '" + strings.Join(c.words(), " ") + "'"
}

// functionName makes a shell function's name of a command.
func functionName(command string) string {
	return "_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, command)
}
