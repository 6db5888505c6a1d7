package sheet

import "strings"

// Excel runs a CSV cell that begins with one of these, quoted or not; some of its language versions also the wide ones.
const runs = "=+-@＝＋－＠\t\r\n"

// arm puts ' before a cell that Excel would run, and before one that reads like the outcome of this. Excel then shows the
// cell with its ' and runs nothing; unarm takes just this ' away, so a CSV comes back as it was. A negative number and a
// lone dash are left as they are: they run nothing, and ledgers are full of them.
func arm(cell string) string {
	if bare := strings.TrimLeft(cell, "'"); startsRun(bare) && (bare != cell || !harmless(bare)) {
		return "'" + cell
	}
	return cell
}

func unarm(cell string) string {
	if bare := strings.TrimLeft(cell, "'"); bare != cell && startsRun(bare) {
		return cell[1:]
	}
	return cell
}

func startsRun(s string) bool {
	return s != "" && strings.IndexAny(s, runs) == 0
}

func harmless(s string) bool {
	return strings.Trim(strings.TrimPrefix(strings.TrimPrefix(s, "-"), "－"), "0123456789.,") == "" && strings.IndexAny(s, "-－") == 0
}
