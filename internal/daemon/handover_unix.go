//go:build unix

package daemon

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"godwit/internal/process"
)

// handing is empty: processes keep transfers apart.
//
//lint:ignore U1000 it has a field on other systems
type handing struct{}

// handOver lets a process of its own serve the connection, and waits for its end: with a grant as
// a worker, or from the beginning.
func (d *daemon) handOver(ctx context.Context, c *connection, role process.Role) {
	conn := c.conn.(*net.TCPConn)
	fail := func(err error) {
		c.log.system("could not create child server process", err)
	}
	stream, err := conn.File()
	if err != nil {
		fail(err)
		return
	}
	defer stream.Close()
	var args []string
	if role == process.RoleConnection {
		args = d.Env.Args
	}
	cmd, err := d.Env.Again(role, args...)
	if err != nil {
		fail(err)
		return
	}
	var said tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stream, stream, &said
	cmd.WaitDelay = 10 * time.Second
	var grantIn, grantOut *os.File
	if role == process.RoleWorker {
		if grantIn, grantOut, err = os.Pipe(); err != nil {
			fail(err)
			return
		}
		cmd.ExtraFiles = []*os.File{grantIn}
		if f := c.slot.lockFile(); f != nil {
			cmd.ExtraFiles = append(cmd.ExtraFiles, f)
		}
	}
	err = cmd.Start()
	if grantIn != nil {
		grantIn.Close()
	}
	if err != nil {
		if grantOut != nil {
			grantOut.Close()
		}
		fail(err)
		return
	}
	stream.Close()
	if grantOut != nil {
		g := c.grant()
		g.Slot = c.slot.lockFile() != nil
		_ = g.send(grantOut) // a worker that is gone already is waited for
		grantOut.Close()
	}
	conn.Close() // it is the worker's now
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done(): // the worker goes on by itself
		return
	}
	c.reportDeath(cmd, err, said.String())
}

// reportDeath logs the end of a process that did not come to its end by itself.
func (c *connection) reportDeath(cmd *exec.Cmd, err error, said string) {
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		return
	}
	where := ""
	if c.module != nil {
		where = " for module " + c.module.Name()
	}
	who := "worker " + itoa(cmd.ProcessState.Pid()) + where + " from " + c.who()
	switch {
	case status.Signaled():
		c.log.fault(who + " was killed by signal " + itoa(int(status.Signal())) + " (" + status.Signal().String() + ")")
	case strings.Contains(said, "\ngoroutine "):
		first, _, _ := strings.Cut(said, "\n")
		c.log.fault(who + " crashed: " + first)
	}
}

// tail keeps the first of what a process says on its standard error: the first line of a crash is
// its cause.
type tail struct{ bytes.Buffer }

// maxSaid is how much is kept.
const maxSaid = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.Buffer.Write(p[:max(0, min(len(p), maxSaid-t.Len()))])
	return len(p), nil
}
