package wire

// DelStats counts deleted entries by kind. The record follows index
// [NdxDelStats] (docs/protocol/03-transfer.md §3.5).
type DelStats struct {
	Files, Dirs, Symlinks, Devices, Specials int32
}

// maxDeleted is the largest count that the wire may carry.
const maxDeleted = 1 << 28

// Append appends the five counts.
func (s DelStats) Append(dst []byte) []byte {
	for _, v := range [...]int32{s.Files, s.Dirs, s.Symlinks, s.Devices, s.Specials} {
		dst = AppendVarint(dst, v)
	}
	return dst
}

// Total returns the sum of the counts.
func (s DelStats) Total() int64 {
	return int64(s.Files) + int64(s.Dirs) + int64(s.Symlinks) + int64(s.Devices) + int64(s.Specials)
}

// DelStats reads five counts. One out of range is an error with exit code 2.
func (r *Reader) DelStats() (DelStats, error) {
	var s DelStats
	for _, f := range [...]struct {
		count *int32
		name  string
	}{
		{&s.Files, "deleted_files"},
		{&s.Dirs, "deleted_dirs"},
		{&s.Symlinks, "deleted_symlinks"},
		{&s.Devices, "deleted_devices"},
		{&s.Specials, "deleted_specials"},
	} {
		v, err := r.Varint()
		if err == nil {
			err = r.CheckRange(f.name, int64(v), 0, maxDeleted)
		}
		if err != nil {
			return DelStats{}, midField(err)
		}
		*f.count = v
	}
	return s, nil
}
