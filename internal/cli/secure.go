package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"godwit/internal/exit"
	"godwit/internal/fsys"
	"godwit/internal/process"
	"godwit/internal/transfer"
	"godwit/internal/transport"
)

// helperFlag makes rsync-ssl the remote shell of another rsync.
const helperFlag = "--HELPER"

// runSecure is rsync-ssl: a client of daemons that are behind TLS
// (docs/protocol/01-connection.md §15.4). It needs no helper program.
func runSecure(ctx context.Context, env *process.Env, args []string) exit.Code {
	switch {
	case len(args) == 0:
		io.WriteString(env.Stderr, "Usage: rsync-ssl [--type=SSL_TYPE] RSYNC_ARG [...]\n")
		io.WriteString(env.Stdout, "The SSL_TYPE can be openssl or stunnel\n")
		return exit.Syntax
	case args[0] == helperFlag:
		return runHelper(ctx, env, args[1:])
	}
	kind, given := strings.CutPrefix(args[0], "--type=")
	if given {
		args = args[1:]
	} else {
		kind = env.Get("RSYNC_SSL_TYPE")
	}
	inside := *env
	inside.Args = args
	if len(args) > 0 && args[0] == "--help" {
		inside.Args = args[:1]
		return runOptions(ctx, &inside, nil)
	}
	if !slices.ContainsFunc(args, func(a string) bool { return strings.Contains(a, "::") || strings.Contains(a, "rsync://") }) {
		io.WriteString(env.Stderr, "You must use rsync-ssl with a daemon-style hostname.\n")
		return exit.Syntax
	}
	secure, err := secureSettings(env, kind)
	if err != nil {
		return badOptions(env, err)
	}
	return runOptions(ctx, &inside, secure)
}

// runHelper is rsync-ssl as a remote shell: it joins its streams to a daemon behind TLS. What it
// is to run there is always a daemon, so that only the host matters.
func runHelper(ctx context.Context, env *process.Env, args []string) exit.Code {
	if len(args) > 2 && args[0] == "-l" {
		args = args[2:]
	}
	if len(args) < 2 || !slices.Equal(args[1:], []string{"rsync", "--server", "--daemon", "."}) {
		io.WriteString(env.Stderr, "Usage: rsync-ssl "+helperFlag+" HOSTNAME rsync --server --daemon .\n")
		return exit.Syntax
	}
	secure, err := secureSettings(env, env.Get("RSYNC_SSL_TYPE"))
	if err != nil {
		return badOptions(env, err)
	}
	secure.TCP.Host, secure.TCP.Role = args[0], "client"
	if port := env.Get("RSYNC_PORT"); port != "" && port != "0" {
		if secure.TCP.Port, err = transport.ParsePort(port); err != nil {
			return badOptions(env, err)
		}
	}
	far, err := transport.DialTLS(ctx, *secure)
	if err != nil {
		return badOptions(env, err)
	}
	near, err := transport.Inherited(env.Stdin, env.Stdout)
	if err != nil {
		far.Close()
		return badOptions(env, err)
	}
	// A signal ends both directions, and so does the end of what the daemon has to say.
	stop := context.AfterFunc(ctx, func() { far.Close(); near.Close() })
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.CloseWrite()
	})
	_, err = io.Copy(near, far)
	near.Close()
	far.Close()
	wg.Wait()
	if err != nil {
		return exit.SocketIO
	}
	return exit.OK
}

// secureSettings are the TLS settings of the environment. Which helper program a script would have
// run matters only where the user has asked that one not to look at certificates.
func secureSettings(env *process.Env, kind string) (*transport.TLS, error) {
	t := &transport.TLS{}
	op := fsys.Operator{UID: env.Identity.UID, BasePath: env.StartDir, FollowAll: true}
	err := t.FromEnvironment(env.LookupEnv, func(name string) ([]byte, error) {
		var st fsys.Stat
		f, err := transfer.OpenInput(op, name, &st)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, 16<<20))
	})
	if err != nil {
		return nil, err
	}
	trusting := ""
	switch kind {
	case "", "openssl":
	case "stunnel":
		trusting = "RSYNC_SSL_ALLOW_INSECURE_STUNNEL"
	case "gnutls":
		trusting = "RSYNC_SSL_ALLOW_INSECURE_GNUTLS"
	default:
		return nil, exit.Errorf(exit.Syntax, "The RSYNC_SSL_TYPE specifies an unknown type: %s", kind)
	}
	if t.CA == nil && trusting != "" && env.Get(trusting) == "1" {
		t.NoVerify = true
	}
	return t, nil
}
