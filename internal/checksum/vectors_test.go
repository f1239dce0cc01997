package checksum

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// basis is the file A of docs/protocol/03-transfer.md §7.3, news the file N.
func basis() []byte {
	a := make([]byte, 1500)
	for i := range a {
		a[i] = byte(7*i + 3)
	}
	return a
}

func news() []byte {
	a := basis()
	return append(append(append([]byte{}, a[:700]...), "XYZ"...), a[700:]...)
}

func TestWeakVectors(t *testing.T) {
	a := basis()
	for _, c := range []struct {
		p    []byte
		want string
	}{
		{a[:700], "dafe0c76"}, {a[700:1400], "4aff64f1"}, {a[1400:], "a6fe541c"}, {[]byte("abc"), "26014a02"}, {nil, "00000000"},
	} {
		if got := hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, Weak(c.p))); got != c.want {
			t.Errorf("Weak(%d octets) = %s, want %s", len(c.p), got, c.want)
		}
	}
}

func TestBlockVectors(t *testing.T) {
	a := basis()
	blocks := [][]byte{a[:700], a[700:1400], a[1400:]}
	now := Params{Protocol: 32, Seed: 1, SeedFirst: true}
	with := func(p Params, k Kind) Params { p.Kind = k; return p }
	old := Params{Protocol: 30, Seed: 1}
	for _, c := range []struct {
		p    Params
		want string
	}{
		{with(now, XXH128), "58887eaa37b4010f6159284051a62402 f0ac086bbc750c4b79335f0ec89a0e8a 635ce5515f0070b924ee48d8bd1e9685"},
		{with(now, XXH3), "58887eaa37b4010f f0ac086bbc750c4b 2bf04138fcdfbf85"},
		{with(now, XXH64), "0891e413de05093e 4c0c8ea9db37804d 7e523d3ab03e5264"},
		{with(now, MD5), "f08c9f4c44d045b4aadd0f6672e22246 257c6a2cdab0eb4dd6ab4dba324a71a6 3c36a17fc973c758d0c1ae215b2b1bfa"},
		{with(old, MD5), "27f34301aa970943d473d419fbf0b072 d07c753edc675afac437ea7aea889eda 306f7fe8b704cdb7f5fa75147d74a0ab"},
		{with(now, SHA1), "4855d08247ca117d8b5b786d8b418737 67903b54b35a8e18d7dfc4a70f324057 b27f48f7c8f58f3172e701b36bc6c6ad"},
		{with(now, MD4), "bc16141bea1d975563fea63e44f3cb8b cb6d15719cc3b119c997c7718f42d074 82c9d5eeb55f0235cad56a8fcfbcf739"},
		{Params{Kind: MD5, Protocol: 30, Seed: 1, Named: true}, "f08c9f4c44d045b4aadd0f6672e22246 257c6a2cdab0eb4dd6ab4dba324a71a6 3c36a17fc973c758d0c1ae215b2b1bfa"},
		{Params{Kind: MD5, Protocol: 29, Seed: 1, Named: true}, "f08c9f4c44d045b4aadd0f6672e22246 257c6a2cdab0eb4dd6ab4dba324a71a6 3c36a17fc973c758d0c1ae215b2b1bfa"},
		{Params{Kind: MD4, Protocol: 29, Seed: 1, Named: true}, "bc16141bea1d975563fea63e44f3cb8b cb6d15719cc3b119c997c7718f42d074 82c9d5eeb55f0235cad56a8fcfbcf739"},
		{Params{Kind: MD4, Protocol: 27, Seed: 1}, "bc16141bea1d975563fea63e44f3cb8b cb6d15719cc3b119c997c7718f42d074 82c9d5eeb55f0235cad56a8fcfbcf739"},
	} {
		b := NewBlock(c.p)
		for i, want := range strings.Fields(c.want) {
			var sum [MaxBlockSize]byte
			n := b.Sum(sum[:], blocks[i])
			if got := hex.EncodeToString(sum[:n]); got != want {
				t.Errorf("%v block %d: %s, want %s", c.p, i, got, want)
			}
		}
	}
}

func TestSeeds(t *testing.T) {
	kinds := []Kind{XXH128, XXH64, MD5, MD4, SHA1}
	for _, c := range []struct {
		seed int32
		want string
	}{
		{0, "50392f89945faf7885613a73b65ab006 990977adf52cbc44 900150983cd24fb0d6963f7d28e17f72 a448017aaf21d8525fc10ae87aa6729d a9993e364706816aba3e25717850c26c9cd0d89d"},
		{1, "2862c743b467446bede39eae6fb07775 0889329981caa9be 786ab9380f4e4afc0dcd9879c6f96bfd ed3a9ad67d797842f5c9a571d6e71b89 5506ca134a0d52a49c3d71029e17e945a6afa82b"},
		{-1, "c9c94691b03d1c297df9bb8676ebe8c3 7621c09c586e3028 524e07e9cbe15fd1976a01206c9280a6 76f8714161d8ca774d1600b1a28ba682 ce57890f3900acef691aa7aaa715b07462b56eba"},
		{-2147483648, "4bd8e3ccb3d4eb9633612fc8643d54b9 180d0ef973715978 e7a352aa27eab6776e21d5c3c712823e 65c04e0e2332d4bd68d9fc55063ec494 ccd43a413d6ff81bce45f2d9d46bca8a03ea4830"},
	} {
		for i, want := range strings.Fields(c.want) {
			b := NewBlock(Params{Kind: kinds[i], Protocol: 32, Seed: c.seed, SeedFirst: true})
			var sum [MaxSize]byte
			n := b.Sum(sum[:], []byte("abc"))
			if got := hex.EncodeToString(sum[:n]); got != want {
				t.Errorf("%v seed %d: %s, want %s", kinds[i], c.seed, got, want)
			}
		}
	}
}

func TestFileVectors(t *testing.T) {
	files := [][]byte{news(), []byte("hello\n"), nil}
	for _, c := range []struct {
		kind     Kind
		protocol int
		named    bool
		want     string
	}{
		{XXH128, 32, false, "5c45356af350065ae3402dc10f408a51 9ce4c8f135b4105a6df569e0c786ba6b 7f498d4624c30160d8984701d306aa99"},
		{XXH3, 32, false, "5c45356af350065a 2a46a2ab9a81fc99 c294d3380580062d"},
		{XXH64, 32, false, "9da93165b11ff311 5388bd91d091c1e4 99e9d85137db46ef"},
		{MD5, 32, false, "d9ca8239570aea9751ead5af3edff3a4 b1946ac92492d2347c6235b4d2611184 d41d8cd98f00b204e9800998ecf8427e"},
		{SHA1, 32, false, "c7f21bafb88189e000dc01917eb5db601f37addb f572d396fae9206628714fb2ce00f72e94f2258f da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{MD4, 32, false, "f47671d13ebb69d359a23b6f69261b92 63481c78ae04c201fa01ea9d2b1db56d 31d6cfe0d16ae931b73c59d7e0c089c0"},
		{MD4, 29, false, "19dcc8c8cb8065d6c870eacac2428b7d a80ae97540596a493610f81807b4144c 6e2d946b34531b49bd177b49c538ee64"},
		{None, 32, false, "00 00 00"},
		{MD4, 29, true, "f47671d13ebb69d359a23b6f69261b92 63481c78ae04c201fa01ea9d2b1db56d 31d6cfe0d16ae931b73c59d7e0c089c0"},
		{MD5, 29, true, "d9ca8239570aea9751ead5af3edff3a4 b1946ac92492d2347c6235b4d2611184 d41d8cd98f00b204e9800998ecf8427e"},
	} {
		f := NewTransfer(Params{Kind: c.kind, Protocol: c.protocol, Seed: 1, SeedFirst: !c.named, Named: c.named})
		for i, want := range strings.Fields(c.want) {
			f.Reset()
			for p := files[i]; len(p) > 0; {
				n := min(len(p), 97)
				f.Write(p[:n])
				p = p[n:]
			}
			if got := hex.EncodeToString(f.Append(nil)); got != want {
				t.Errorf("%v protocol %d named %v file %d: %s, want %s", c.kind, c.protocol, c.named, i, got, want)
			}
		}
		if c.protocol >= 30 {
			g := NewFile(c.kind)
			g.Write(files[1])
			if got, want := hex.EncodeToString(g.Append(nil)), strings.Fields(c.want)[1]; got != want {
				t.Errorf("%v for --checksum: %s, want %s", c.kind, got, want)
			}
		}
	}
}

// naiveWeak is the definition of §7.1, word for word.
func naiveWeak(p []byte) uint32 {
	var s1, s2 uint16
	for i, x := range p {
		s1 += uint16(int8(x))
		s2 += uint16((len(p) - i) * int(int8(x)))
	}
	return uint32(s1) | uint32(s2)<<16
}

func TestWeakAgreesWithDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0, 127, 128, 255})), 0, 3000).Draw(t, "p")
		if got, want := Weak(p), naiveWeak(p); got != want {
			t.Fatalf("Weak = %08x, want %08x", got, want)
		}
	})
	for _, x := range []byte{0, 1, 127, 128, 255} {
		p := make([]byte, 131072+77)
		for i := range p {
			p[i] = x
		}
		if got, want := Weak(p), naiveWeak(p); got != want {
			t.Errorf("Weak of %d times %d = %08x, want %08x", len(p), x, got, want)
		}
	}
}

func TestRollingAgreesWithWeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Byte(), 1, 600).Draw(t, "p")
		k := rapid.IntRange(1, len(p)).Draw(t, "k")
		cut := rapid.IntRange(0, k).Draw(t, "cut")
		var r Rolling
		r.Init(p[:cut])
		r.Append(p[cut:k])
		for i := range p {
			if got, want := r.Value(), naiveWeak(p[i:min(i+k, len(p))]); got != want {
				t.Fatalf("at %d: %08x, want %08x", i, got, want)
			}
			if i+k < len(p) {
				r.Roll(p[i], p[i+k])
			} else {
				r.Drop(p[i])
			}
		}
	})
}

func TestSpoil(t *testing.T) {
	a, b := []byte{1, 2, 3}, []byte{0, 0, 0}
	Spoil(a)
	Spoil(b)
	if hex.EncodeToString(a) != "000000" || hex.EncodeToString(b) != "000001" {
		t.Errorf("Spoil: %x %x", a, b)
	}
}

func TestNoAllocations(t *testing.T) {
	data := basis()
	for k := None; k <= XXH128; k++ {
		p := Params{Kind: k, Protocol: 32, Seed: 7, SeedFirst: true}
		b, f := NewBlock(p), NewTransfer(p)
		sum := make([]byte, MaxSize)
		if n := testing.AllocsPerRun(20, func() { b.Sum(sum, data) }); n != 0 {
			t.Errorf("%v: Block.Sum allocates %v times", k, n)
		}
		if n := testing.AllocsPerRun(20, func() { f.Reset(); f.Write(data); sum = f.Append(sum[:0]) }); n != 0 {
			t.Errorf("%v: File allocates %v times", k, n)
		}
	}
}

func BenchmarkWeak(b *testing.B) {
	for _, n := range []int{700, 31616} {
		p := make([]byte, n)
		b.Run(itoa(n), func(b *testing.B) {
			b.SetBytes(int64(n))
			b.ReportAllocs()
			var x uint32
			for b.Loop() {
				x += Weak(p)
			}
			_ = x
		})
	}
}

func BenchmarkBlock(b *testing.B) {
	for _, k := range []Kind{XXH128, XXH3, XXH64, MD5, MD4, SHA1} {
		for _, n := range []int{700, 31616} {
			b.Run(k.String()+"/"+itoa(n), func(b *testing.B) {
				h := NewBlock(Params{Kind: k, Protocol: 32, Seed: 99, SeedFirst: true})
				p, sum := make([]byte, n), make([]byte, 16)
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					h.Sum(sum, p)
				}
			})
		}
	}
}

func itoa(n int) string { return map[int]string{700: "700", 31616: "31616"}[n] }

// The digests of "hello\n" as the reference prints them for %C.
func TestAppendShown(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		want string
	}{
		{XXH128, "6bba86c7e069f56d5a10b435f1c8e49c"},
		{XXH3, "99fc819aaba2462a"},
		{XXH64, "e4c191d091bd8853"},
		{MD5, "b1946ac92492d2347c6235b4d2611184"},
		{MD4, "63481c78ae04c201fa01ea9d2b1db56d"},
		{SHA1, "f572d396fae9206628714fb2ce00f72e94f2258f"},
	} {
		f := NewFile(c.kind)
		f.Write([]byte("hello\n"))
		if got := hex.EncodeToString(c.kind.AppendShown(nil, f.Append(nil))); got != c.want {
			t.Errorf("%v: %s, want %s", c.kind, got, c.want)
		}
	}
}
