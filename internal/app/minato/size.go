package minato

// Size is how large a town is wanted.
type Size string

// The sizes.
const (
	Small Size = "small" // to look around: 60 sections, 30 schools, 400 people
	City  Size = "city"  // to measure: 1,855 units, 33,000 people
)

// Sizes lists the sizes.
func Sizes() []Size { return []Size{Small, City} }

// measure is what a size means. How many units there are of each kind stands in data/units.txt.
type measure struct {
	regular, other, schools int // people: of the regular staff, of the other staff, in schools
	dispatched, contracted  int // of the other staff
	assignments             int
	renewed                 int // people who got a new number this April
	systems, schoolSystems  int // all systems, and those of schools among them
	change                  change
}

// change is next year's personnel change in rows.
type change struct {
	rows, bad                                 int // all, and those with a fault
	retire, rehire, hire, enter, leave, extra int // 退職、再任用、採用、転入、転出、兼務と兼務解除
	promote                                   int // heads followed by somebody promoted
	vacant                                    int // heads followed by nobody
}

func (s Size) measure() measure {
	if s == City {
		return measure{
			regular: 13_000, other: 7_500, schools: 12_500, dispatched: 10, contracted: 20, assignments: 45_000, renewed: 2_000,
			systems: 540, schoolSystems: 60,
			change: change{rows: 24_012, bad: 37, retire: 900, rehire: 350, hire: 1_250, enter: 150, leave: 100, extra: 600, promote: 240, vacant: 11},
		}
	}
	return measure{
		regular: 210, other: 60, schools: 130, dispatched: 1, contracted: 2, assignments: 430, renewed: 20,
		systems: 8, schoolSystems: 2,
		change: change{rows: 160, bad: 3, retire: 10, rehire: 3, hire: 12, enter: 3, leave: 2, extra: 4, promote: 8, vacant: 2},
	}
}

func (s Size) column() int {
	if s == City {
		return 1
	}
	return 0
}
