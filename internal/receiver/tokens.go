package receiver

import (
	"godwit/internal/codec"
	"godwit/internal/delta"
	"godwit/internal/dest"
	"godwit/internal/report"
)

// tokenReader gives a Patcher the tokens that the connection's decoder reads: runs of blocks one by
// one. It shows the progress of the file on the way. It implements delta.TokenReader.
type tokenReader struct {
	decoder codec.Decoder
	log     *report.Log
	out     *dest.Output // to be told of the first literal; nil once it was
	head    delta.Head
	run     codec.Token // what is left of a run of blocks
	done    int64
	show    bool
}

// begin starts a file of the given size. have is how much of it is there already.
func (t *tokenReader) begin(show bool, size, have int64, out *dest.Output, head delta.Head) {
	t.run, t.out, t.head, t.done, t.show = codec.Token{}, out, head, have, show
	if show && size > 0 {
		t.log.Progress(have)
	}
}

// Next implements delta.TokenReader.
func (t *tokenReader) Next() (literal []byte, block int32, err error) {
	if t.run.Count == 0 {
		tok, data, err := t.decoder.Next()
		switch {
		case err != nil:
			return nil, 0, err
		case tok.Kind == codec.End:
			return nil, -1, nil
		case tok.Kind == codec.Literal:
			if t.out != nil {
				t.out.Literal()
				t.out = nil
			}
			t.advance(len(data))
			return data, 0, nil
		}
		t.run = tok
	}
	block = t.run.Index
	t.run.Index++
	t.run.Count--
	if t.show && block < t.head.Count {
		_, n := t.head.Block(block)
		t.advance(int(n))
	}
	return nil, block, nil
}

func (t *tokenReader) advance(n int) {
	if t.show {
		t.done += int64(n)
		t.log.Progress(t.done)
	}
}
