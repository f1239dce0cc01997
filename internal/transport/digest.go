package transport

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"strings"

	"golang.org/x/crypto/md4" //nolint:staticcheck // the protocol has it
)

// Digest is a way to answer the challenge of a daemon (docs/protocol/01-connection.md §9.2). The
// zero value is none. A smaller Digest is a stronger one.
type Digest uint8

// The digests, strongest first. MD4Seeded is that of peers before 3.0, which is never listed.
const (
	SHA512 Digest = 1 + iota
	SHA256
	SHA1
	MD5
	MD4
	MD4Seeded
)

// DigestNames is the list of a greeting.
const DigestNames = "sha512 sha256 sha1 md5 md4"

var digests = [...]struct {
	name string
	new  func() hash.Hash
}{
	SHA512:    {"sha512", sha512.New},
	SHA256:    {"sha256", sha256.New},
	SHA1:      {"sha1", sha1.New},
	MD5:       {"md5", md5.New},
	MD4:       {"md4", md4.New},
	MD4Seeded: {"md4", md4.New},
}

// String returns the name of a digest.
func (d Digest) String() string { return digests[d].name }

// LookupDigest finds a digest by its name in any case.
func LookupDigest(name string) (Digest, bool) {
	for d := SHA512; d <= MD4; d++ {
		if strings.EqualFold(name, digests[d].name) {
			return d, true
		}
	}
	return 0, false
}

// ChooseDigest returns the digest for a connection with the peer of greeting g at the agreed
// version: the strongest it lists, or that of its age if it lists none. There may be none.
func ChooseDigest(g *Greeting, agreed int) (Digest, bool) {
	if !g.HasNames {
		if agreed >= 30 {
			return MD5, true
		}
		return MD4Seeded, true
	}
	best := Digest(0)
	for name := range strings.FieldsSeq(g.Names) {
		if d, ok := LookupDigest(name); ok && (best == 0 || d < best) {
			best = d
		}
	}
	return best, best != 0
}

// New returns a hash of the digest's kind, for making a challenge.
func (d Digest) New() hash.Hash { return digests[d].new() }

// Response answers a challenge, which is hashed as the text that was received
// (docs/protocol/01-connection.md §9.3).
func (d Digest) Response(password []byte, challenge string) string {
	h := d.New()
	if d == MD4Seeded {
		h.Write(make([]byte, 4))
	}
	h.Write(password)
	h.Write([]byte(challenge))
	return Base64(h.Sum(nil))
}

// Base64 encodes a challenge or a response: the standard alphabet without padding.
func Base64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
