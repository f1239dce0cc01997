package errno

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
)

// failure is a way in which a look-up fails, an EAI value in C.
type failure int

const (
	noName   failure = iota // EAI_NONAME: neither name nor address
	again                   // EAI_AGAIN: the name servers did not answer
	fail                    // EAI_FAIL: the name servers failed for good
	noData                  // EAI_NODATA: the host has no address of the family
	family                  // EAI_ADDRFAMILY: the address is of another family
	service                 // EAI_SERVICE: there is no such port
	numTexts                // the number of failures
)

// glibcTexts and darwinTexts are the words of two C libraries.
var (
	glibcTexts = [numTexts]string{
		noName:  "Name or service not known",
		again:   "Temporary failure in name resolution",
		fail:    "Non-recoverable failure in name resolution",
		noData:  "No address associated with hostname",
		family:  "Address family for hostname not supported",
		service: "Servname not supported for ai_socktype",
	}
	darwinTexts = [numTexts]string{
		noName:  "nodename nor servname provided, or not known",
		again:   "Temporary failure in name resolution",
		fail:    "Non-recoverable failure in name resolution",
		noData:  "No address associated with nodename",
		family:  "Address family for nodename not supported",
		service: "servname not supported for ai_socktype",
	}
)

// Resolver returns the text for an err of package net's look-ups, as the C
// library's getaddrinfo would explain it, without a number. An error that is
// none of a look-up gets [Message].
func Resolver(err error) string {
	f, ok := lookupFailure(err)
	switch {
	case !ok:
		return Message(err)
	case runtime.GOOS == "darwin":
		return darwinTexts[f]
	}
	return glibcTexts[f]
}

// lookupFailure classifies err.
func lookupFailure(err error) (failure, bool) {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		switch {
		case strings.HasSuffix(dns.Err, "port"):
			return service, true
		case dns.IsNotFound:
			return noName, true
		case dns.IsTemporary || dns.IsTimeout:
			return again, true
		}
		return fail, true
	}
	var addr *net.AddrError
	if errors.As(err, &addr) {
		_, notLiteral := netip.ParseAddr(addr.Addr)
		switch {
		case strings.HasSuffix(addr.Err, "port"):
			return service, true
		case strings.HasPrefix(addr.Err, "no suitable address") && notLiteral == nil:
			return family, true
		case strings.HasPrefix(addr.Err, "no suitable address"):
			return noData, true
		}
		return noName, true
	}
	var parse *net.ParseError
	if errors.As(err, &parse) {
		return noName, true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return again, true
	}
	return 0, false
}
