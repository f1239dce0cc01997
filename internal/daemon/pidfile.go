package daemon

import (
	"errors"
	"io"
	"os"
	"strconv"

	"godwit/internal/errno"
	"godwit/internal/exit"
	"godwit/internal/fsys"
)

// pidFile is the listener's (docs/protocol/07-daemon.md §9.3). It is locked as long as it is held
// open.
type pidFile struct {
	dir  *fsys.Dir
	leaf string
	file *os.File
}

// maxPID is the largest file that can be a pid file, in bytes.
const maxPID = 32

// errRaced says that somebody changed the file under us.
var errRaced = errors.New("file changed")

// writePID makes the pid file, if one is wanted. Failures are said in the log and, step and all,
// to whoever started the daemon.
func (d *daemon) writePID(name string, log *logger) (*pidFile, exit.Code) {
	if name == "" {
		return nil, exit.OK
	}
	op := d.operator()
	op.FollowAll = true
	dir, leaf, err := op.Parent(name)
	if err != nil {
		parent, _ := fsys.Split([]byte(name))
		log.system("failed to open pid-file directory \""+string(parent)+"\"", err)
		return nil, log.closing(exit.FileIO)
	}
	p := &pidFile{dir: dir, leaf: leaf}
	if step, err := p.write(d.Env.PID, d.Env.Umask); err != nil {
		text := "failed to " + step + " pid file " + name + ": " + errno.Message(err)
		log.fault(text)
		d.stderrLine(text)
		if p.file != nil {
			p.file.Close()
		}
		dir.Close()
		return nil, log.closing(exit.FileIO)
	}
	return p, exit.OK
}

// write creates, locks and fills the file. It returns the step that failed.
func (p *pidFile) write(pid int, umask uint32) (step string, err error) {
	var st, now fsys.Stat
	step = "open"
	if p.dir.Lstat(p.leaf, &st) != nil {
		step = "create"
	} else if !st.IsRegular() {
		if err := p.dir.Unlink(p.leaf); err != nil {
			return "unlink", err
		}
		step = "create"
	}
	f, err := p.dir.OpenWrite(p.leaf, fsys.ReadWrite|fsys.Create, 0o664&^umask, &st)
	if err != nil {
		return step, err
	}
	p.file = f.Detach(p.leaf)
	if err := lockPID(p.file); err != nil {
		return "lock", err
	}
	if st.Size > maxPID {
		return "find small", os.ErrInvalid
	}
	if err := p.dir.Lstat(p.leaf, &now); err != nil {
		return "lstat", err
	}
	if !now.Same(&st) || !now.IsRegular() {
		return "avoid file overwrite race for", errRaced
	}
	if err := p.file.Truncate(0); err != nil {
		return "truncate", err
	}
	if _, err := io.WriteString(p.file, strconv.Itoa(pid)+"\n"); err != nil {
		return "write", err
	}
	return "", nil
}

// remove ends the file. The name goes first, while it is locked.
func (p *pidFile) remove() {
	if p == nil {
		return
	}
	_ = p.dir.Unlink(p.leaf)
	p.file.Close()
	p.dir.Close()
}
