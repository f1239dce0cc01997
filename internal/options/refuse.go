package options

// Refusal is the set of options that a daemon module refuses.
type Refusal struct {
	refused []bool // by table index
}
