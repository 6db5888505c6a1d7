package minato

// dice is splitmix64: a source of numbers that is the same for ever, which the standard library promises of none.
type dice uint64

// under is a number from 0 to n-1.
func (d *dice) under(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// share splits total into parts in the proportion of weights; the parts add up.
func share(total int, weights []int) []int {
	all := 0
	for _, w := range weights {
		all += w
	}
	parts := make([]int, len(weights))
	before := 0
	for i, w := range weights {
		parts[i] = total*(before+w)/all - total*before/all
		before += w
	}
	return parts
}
