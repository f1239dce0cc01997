package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"

	"godwit/internal/exit"
)

// TLSPort is the port of daemons behind TLS.
const TLSPort = 874

// TLS says how to reach a daemon behind TLS, as rsync-ssl does
// (docs/protocol/01-connection.md §15.4).
type TLS struct {
	TCP TCP // Port 0 is replaced by that of the environment, else TLSPort
	// CA, Certificate and Key are PEM texts, nil if not given: the authorities to trust in place
	// of the system's, and what the client shows of itself.
	CA, Certificate, Key []byte
	// NoVerify trusts any daemon; NoHostName trusts any that an authority vouches for.
	NoVerify, NoHostName bool
}

// FromEnvironment takes over the RSYNC_SSL_* variables; files they name are read by read. Which
// helper program they ask for does not matter here. A file that cannot be read is exit code 1.
func (t *TLS) FromEnvironment(lookup func(string) (string, bool), read func(name string) ([]byte, error)) error {
	if port, _ := lookup("RSYNC_SSL_PORT"); t.TCP.Port == 0 && port != "" {
		n, err := ParsePort(port)
		if err != nil {
			return exit.Errorf(exit.Syntax, "invalid RSYNC_SSL_PORT: %s", port)
		}
		t.TCP.Port = n
	}
	if ca, set := lookup("RSYNC_SSL_CA_CERT"); set && ca == "" {
		t.NoVerify = true
	}
	if skip, _ := lookup("RSYNC_SSL_SKIP_HOSTNAME_CHECK"); skip == "1" {
		t.NoHostName = true
	}
	for _, f := range [...]struct {
		name string
		text *[]byte
	}{{"RSYNC_SSL_CA_CERT", &t.CA}, {"RSYNC_SSL_CERT", &t.Certificate}, {"RSYNC_SSL_KEY", &t.Key}} {
		name, _ := lookup(f.name)
		if name == "" {
			continue
		}
		text, err := read(name)
		if err != nil {
			return &exit.Error{Code: exit.Syntax, Text: "cannot read " + f.name + ": " + err.Error(), Err: err}
		}
		*f.text = text
	}
	return nil
}

// ParsePort reads a port number.
func ParsePort(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, exit.Errorf(exit.Syntax, "invalid port: %s", text)
	}
	return int(n), nil
}

// DialTLS connects to a daemon and secures the connection. Failures to connect are those of Dial;
// a daemon that cannot be trusted, or does not speak TLS, is exit code 5. A TCP.Program is not used.
func DialTLS(ctx context.Context, t TLS) (*tls.Conn, error) {
	if !plainHost(t.TCP.Host) {
		return nil, exit.Errorf(exit.Syntax, "invalid rsync-ssl hostname: %s", t.TCP.Host)
	}
	config, err := t.config()
	if err != nil {
		return nil, err
	}
	if t.TCP.Port == 0 {
		t.TCP.Port = TLSPort
	}
	conn, err := t.TCP.dial(ctx)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, failure(ctx, exit.StartClient, "rsync: TLS handshake with "+t.TCP.Host+" failed: "+err.Error(), err)
	}
	return secure, nil
}

// plainHost tells a host name that rsync-ssl accepts.
func plainHost(host string) bool {
	if host == "" || host[0] == '-' {
		return false
	}
	return !strings.ContainsFunc(host, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("._:-", r)
	})
}

func (t *TLS) config() (*tls.Config, error) {
	c := &tls.Config{ServerName: t.TCP.Host, MinVersion: tls.VersionTLS12}
	if t.CA != nil {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(t.CA) {
			return nil, exit.Errorf(exit.Syntax, "no certificate in RSYNC_SSL_CA_CERT")
		}
	}
	if t.Certificate != nil || t.Key != nil {
		key := t.Key
		if key == nil {
			key = t.Certificate // one file may hold both
		}
		pair, err := tls.X509KeyPair(t.Certificate, key)
		if err != nil {
			return nil, exit.Errorf(exit.Syntax, "cannot use RSYNC_SSL_CERT and RSYNC_SSL_KEY: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	switch {
	case t.NoVerify:
		c.InsecureSkipVerify = true
	case t.NoHostName:
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error { return verifyChain(s, c.RootCAs) }
	}
	return c, nil
}

// verifyChain is what package tls checks without the host's name.
func verifyChain(s tls.ConnectionState, roots *x509.CertPool) error {
	if len(s.PeerCertificates) == 0 {
		return errors.New("no certificate")
	}
	opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		opts.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(opts)
	return err
}
