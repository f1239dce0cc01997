package manual

// securePage is the manual page of the client of daemons behind TLS.
func securePage() string {
	p := newPage("rsync-ssl", 1, "reach an rsync daemon that is behind TLS")
	p.section("Synopsis")
	p.text("\trsync-ssl [--type=SSL_TYPE] RSYNC_ARGS")
	p.section("Description")
	p.text(secureText)
	p.section("Environment")
	p.text(secureEnvironment)
	p.section("Examples")
	p.text("\trsync-ssl -ai example.com::files/ copy/\n\trsync-ssl -ai rsync://example.com:9874/files/ copy/\n\tRSYNC_SSL_CA_CERT=ours.pem rsync-ssl inside.example.com::")
	p.section("Exit status")
	p.text("That of *godwit*(1); 5 if the daemon cannot be trusted, 1 if the arguments name no daemon.")
	p.section("See also")
	p.text("*godwit*(1), *godwitd.conf*(5)")
	return p.String()
}

const secureText = `
This is *godwit*(1) for daemons that stand behind a TLS proxy, such as stunnel or haproxy, and is this program under
another name: link *rsync-ssl* to it, or say *godwit rsync-ssl*. It takes the same arguments; one of them must name a
daemon, as *HOST::MODULE* or *rsync://HOST/MODULE*. The port is 874 if neither an option nor the URL gives one.

The certificate of the daemon must be vouched for by an authority that this system trusts, and be for the host that was
named. Nothing is sent before that is known. TLS is spoken by the program itself, in version 1.2 or 1.3: other than
rsync's script of this name it needs neither openssl nor stunnel.

*--type=SSL_TYPE* :: As the first argument: *openssl*, *stunnel* or *gnutls*, for scripts that have it. Nothing but the
variables *RSYNC_SSL_ALLOW_INSECURE_...* depends on it.

*--HELPER* [*-l* USER] HOST *rsync --server --daemon .* :: Join standard input and output to the daemon at HOST, so that
*--rsh='rsync-ssl --HELPER'* gives TLS to a client that has none. The port is that of RSYNC_PORT.
`

const secureEnvironment = `
*RSYNC_SSL_PORT* :: The port in place of 874.

*RSYNC_SSL_CA_CERT* :: A file of certificates of authorities to trust in place of the system's. If it is set but empty,
any certificate will do: the connection is encrypted, but it is not known to whom.

*RSYNC_SSL_CERT*, *RSYNC_SSL_KEY* :: Files with a certificate and its key to show to the daemon.

*RSYNC_SSL_SKIP_HOSTNAME_CHECK* :: If it is 1, the certificate need not be for the host that was named.

*RSYNC_SSL_TYPE* :: What *--type* gives.

*RSYNC_SSL_ALLOW_INSECURE_STUNNEL*, *RSYNC_SSL_ALLOW_INSECURE_GNUTLS* :: If the type is the one named, the variable is
1 and there is no RSYNC_SSL_CA_CERT, any certificate will do.

*RSYNC_SSL_OPENSSL*, *RSYNC_SSL_STUNNEL*, *RSYNC_SSL_GNUTLS* :: Not used: they name helper programs.

*RSYNC_PASSWORD* :: As in *godwit*(1). *RSYNC_PROXY* and *RSYNC_CONNECT_PROG* are not used.
`
