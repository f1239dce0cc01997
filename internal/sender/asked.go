package sender

// asked remembers which files have been requested, one bit each, by the first number of their
// list: a file that is requested again has failed at the other end (docs/protocol/03-transfer.md
// §3.6). Lists that are done with are forgotten.
type asked map[int32][]uint64

// mark notes a request for the n-th number of the list that begins at first, and tells whether it
// had been requested before.
func (a asked) mark(first, n int32) (again bool) {
	bits := a[first]
	for int(n/64) >= len(bits) {
		bits = append(bits, 0)
		a[first] = bits
	}
	bit := uint64(1) << (n % 64)
	again = bits[n/64]&bit != 0
	bits[n/64] |= bit
	return again
}

// forget drops a list.
func (a asked) forget(first int32) { delete(a, first) }
