package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit/internal/exit"
)

// listener answers each connection with answer, after it has read up to the text until.
func listener(t *testing.T, until, answer string) (port int, heard chan string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	heard = make(chan string, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var got []byte
			one := make([]byte, 1)
			for !bytes.HasSuffix(got, []byte(until)) {
				if _, err := c.Read(one); err != nil {
					break
				}
				got = append(got, one[0])
			}
			io.WriteString(c, answer)
			heard <- string(got)
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, heard
}

// closedPort is one where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func TestDialStraight(t *testing.T) {
	port, _ := listener(t, "", "hello")
	var traced, warned []string
	c, err := Dial(t.Context(), TCP{Host: "127.0.0.1", Port: port + 1<<16, Bind: "127.0.0.1", Timeout: time.Minute, Role: "sender",
		SockOpts: "FOO,TCP_NODELAY=0 IPTOS_LOWDELAY=3\tSO_SNDBUF=65536",
		Trace:    func(s string) { traced = append(traced, s) }, Warn: func(s string) { warned = append(warned, s) }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if all, err := io.ReadAll(c); string(all) != "hello" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	if len(traced) != 1 || !strings.HasPrefix(traced[0], "opening tcp connection to 127.0.0.1 port ") {
		t.Errorf("traced %q", traced)
	}
	if want := []string{"Unknown socket option FOO", "syntax error -- IPTOS_LOWDELAY does not take a value"}; !reflect.DeepEqual(warned, want) {
		t.Errorf("warned %q", warned)
	}
}

func TestDialFailures(t *testing.T) {
	closed := closedPort(t)
	for _, c := range []struct {
		tcp  TCP
		code exit.Code
		text string
	}{
		{TCP{Host: "127.0.0.1", Proxy: "127.0.0.1:" + closed}, 10, "rsync: [Receiver] failed to connect to 127.0.0.1 (127.0.0.1): Connection refused (111)"},
		{TCP{Host: "127.0.0.1", Port: 1, IPv6: true}, 10, "rsync: getaddrinfo: 127.0.0.1 1: Address family for hostname not supported"},
		{TCP{Host: ""}, 10, "rsync: getaddrinfo:  873: Name or service not known"},
		{TCP{Host: "127.0.0.1", Port: 1, Bind: "192.0.2.1"}, 10, ""},
		{TCP{Host: "127.0.0.1", Port: 1, Bind: "127.0.0.1", IPv6: true}, 10, "rsync: getaddrinfo: 127.0.0.1 1: Address family for hostname not supported"},
		{TCP{Host: "127.0.0.1", Port: 1, Bind: "::1", IPv4: true}, 10, "rsync: getaddrinfo ::1: Address family for hostname not supported"},
		{TCP{Host: "h", Proxy: "foo"}, 10, "invalid proxy specification: should be HOST:PORT"},
		{TCP{Host: "h", Proxy: "u@h:3"}, 10, "invalid proxy specification: should be USER:PASS@HOST:PORT"},
		{TCP{Host: "h", Proxy: "127.0.0.1:no-such-service"}, 10, "rsync: getaddrinfo: 127.0.0.1 no-such-service: Servname not supported for ai_socktype"},
		{TCP{Host: "a b", Program: "nc %H 1"}, 10, "unsafe host characters for RSYNC_CONNECT_PROG"},
		{TCP{Host: "", Program: "nc %%"}, 10, "unsafe host characters for RSYNC_CONNECT_PROG"},
	} {
		c.tcp.Role = "Receiver"
		conn, err := Dial(t.Context(), c.tcp)
		if err == nil {
			conn.Close()
		}
		wantError(t, err, c.code, c.text)
	}
}

func TestConnectTimeout(t *testing.T) {
	// A deadline in the past needs no unreachable host.
	_, err := Dial(t.Context(), TCP{Host: "127.0.0.1", Port: 1, Timeout: 1})
	wantError(t, err, exit.ConnectTimeout, "")
	ctx, cancel := context.WithCancelCause(t.Context())
	called := &exit.Error{Code: exit.Signal}
	cancel(called)
	if _, err := Dial(ctx, TCP{Host: "127.0.0.1", Port: 1}); err != called {
		t.Errorf("cancelled: %v", err)
	}
}

func TestProxy(t *testing.T) {
	for _, c := range []struct{ spec, host, answer, want, err string }{
		{"", "somehost", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n@RSYNCD", "CONNECT somehost:99 HTTP/1.0\r\n\r\n", ""},
		{"us:pa@", "::1", "HTTP/1.0 200\n\n@RSYNCD", "CONNECT [::1]:99 HTTP/1.0\r\nProxy-Authorization: Basic dXM6cGE=\r\n\r\n", ""},
		{"", "h", "HTTP/1.1 407 no\r\n\r\n", "", "bad response from proxy -- HTTP/1.1 407 no"},
		{"", "h", "foo\r\n\r\n", "", "bad response from proxy -- foo"},
		{"", "h", "HTTP/1.0200\r\n\r\n", "", "bad response from proxy -- HTTP/1.0200"},
		{"", "h", "HTTP/1.0 2" + strings.Repeat("0", 3000) + "\r\n\r\n", "", "proxy response line too long"},
		{"", "h", "HTTP/1.0 200\r\n" + strings.Repeat("0", 3000) + "\r\n\r\n", "", "proxy response header line too long"},
		{"", "h", "HTTP/1.0 200\r\nx", "", "rsync: [sender] failed to read from proxy: Connection reset by peer (104)"},
	} {
		port, heard := listener(t, "\r\n\r\n", c.answer)
		spec := c.spec + "127.0.0.1:" + strconv.Itoa(port)
		conn, err := Dial(t.Context(), TCP{Host: c.host, Port: 99, Proxy: spec, Role: "sender"})
		if c.err != "" {
			wantError(t, err, exit.SocketIO, c.err)
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if got := <-heard; got != c.want {
			t.Errorf("proxy heard %q, want %q", got, c.want)
		}
		if all, _ := io.ReadAll(conn); string(all) != "@RSYNCD" {
			t.Errorf("left %q", all)
		}
		conn.Close()
	}
	port, _ := listener(t, "x", "")
	_, err := Dial(t.Context(), TCP{Host: "a\nb", Port: 9, Proxy: "127.0.0.1:" + strconv.Itoa(port)})
	wantError(t, err, exit.SocketIO, "invalid control character in proxy CONNECT host")
}

func TestConnectProgram(t *testing.T) {
	conn, err := Dial(t.Context(), TCP{Host: "host-1", Environ: append(os.Environ(), "X=y"), Program: `read a; echo "$a" %H %% %x $X; exit 7`})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "ask\n")
	if all, err := io.ReadAll(conn); string(all) != "ask host-1 % %x y\n" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	conn.Close()
	if status := conn.(*Program).Wait(t.Context()); status != 7 {
		t.Errorf("status %d", status)
	}
}

func TestConnectProgramToStock(t *testing.T) {
	d := newDaemon(t)
	conn, err := Dial(t.Context(), TCP{Host: "127.0.0.1", Environ: os.Environ(), Program: d.program + " --daemon --config=" + d.config})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		conn.Close()
		conn.(*Program).Wait(t.Context())
	}()
	dialogue := Dialogue{Version: 32, Module: "sec", User: "bob", Password: password("s3cret")}
	if _, err := dialogue.Run(t.Context(), conn); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	pair, leaf := server.TLS.Certificates[0], server.Certificate()
	server.Close()
	l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, "@RSYNCD: 32.0 md5\n@RSYNCD: EXIT\n")
				io.Copy(io.Discard, c)
			}()
		}
	}()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
	port := l.Addr().(*net.TCPAddr).Port
	for _, c := range []struct {
		name string
		env  map[string]string
		host string
		ok   bool
	}{
		{"trusted", map[string]string{"RSYNC_SSL_CA_CERT": "ca"}, "127.0.0.1", true},
		{"system's authorities", nil, "127.0.0.1", false},
		{"other name", map[string]string{"RSYNC_SSL_CA_CERT": "ca"}, "localhost", false},
		{"name unchecked", map[string]string{"RSYNC_SSL_CA_CERT": "ca", "RSYNC_SSL_SKIP_HOSTNAME_CHECK": "1"}, "localhost", true},
		{"name unchecked, unknown authority", map[string]string{"RSYNC_SSL_SKIP_HOSTNAME_CHECK": "1"}, "localhost", false},
		{"unverified", map[string]string{"RSYNC_SSL_CA_CERT": ""}, "localhost", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := TLS{TCP: TCP{Host: c.host, IPv4: true}}
			lookup := func(name string) (string, bool) {
				if name == "RSYNC_SSL_PORT" {
					return strconv.Itoa(port), true
				}
				v, ok := c.env[name]
				return v, ok
			}
			if err := set.FromEnvironment(lookup, func(string) ([]byte, error) { return ca, nil }); err != nil {
				t.Fatal(err)
			}
			conn, err := DialTLS(t.Context(), set)
			if !c.ok {
				if exit.CodeOf(err, 0) != exit.StartClient {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			dialogue := Dialogue{Version: 32}
			if s, err := dialogue.Run(t.Context(), conn); err != nil || !s.Over {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	_, err = DialTLS(t.Context(), TLS{TCP: TCP{Host: "a b"}})
	wantError(t, err, exit.Syntax, "invalid rsync-ssl hostname: a b")
}
