//go:build bizud

package paper

import _ "embed"

// The files are copied here by make release; they are not in the repository.
var (
	//go:embed bizud/BIZUDPGothic-Regular.ttf
	bizudRegular []byte
	//go:embed bizud/BIZUDPGothic-Bold.ttf
	bizudBold []byte
)

// embedded is the font that this build carries.
func embedded() (regular, bold []byte) { return bizudRegular, bizudBold }
