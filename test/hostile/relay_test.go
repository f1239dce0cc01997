//go:build linux

package hostile

import (
	"flag"
	"io"
	"net"
	"os"
	"testing"

	"godwit/test/program"
)

// relayTo makes the test binary a remote shell: it joins its standard streams to the unix
// socket of that name, where a liar sits.
const relayTo = "GODWIT_HOSTILE_SOCKET"

func TestMain(m *testing.M) {
	if path := os.Getenv(relayTo); path != "" {
		os.Exit(relay(path))
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // scenarios wait more than they work
	os.Exit(program.Main(m))
}

func relay(path string) int {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return 1
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, conn)
	return 0
}
