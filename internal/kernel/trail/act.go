package trail

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Act is one thing somebody did: the why and who of the entries that it leaves.
type Act struct {
	Actor     string // who: "cli:USER", "person:ID", "job:NAME"; never empty
	Authority string // as what and for whom, where a role was used; "" else
	Name      string // what, in the program's words: "people.import"
	Note      string // the actor's own words; a personal part of its own, so it can be erased
	Detail    any    // facts of the act as a JSON object, nil for none: no names of people

	// Seal names a group of acts that are closed until Opens, "" for an act that is seen at once. Lists, search and history
	// show what bears a seal only from Opens on, or to who holds the seal.
	Seal  string
	Opens db.Time
}

// actRow is an act as it is stored and hashed.
type actRow struct {
	ID        id.ID   `db:"id"`
	At        db.Time `db:"at"`
	Actor     string  `db:"actor"`
	Authority string  `db:"authority"`
	Name      string  `db:"name"`
	Seal      string  `db:"seal"`
	Opens     string  `db:"opens"` // db.Time, or ""
	Detail    string  `db:"detail"`
	Note      string  `db:"note"` // "" also when it was erased; the hash stays
	NoteSalt  string  `db:"note_salt"`
	NoteHash  string  `db:"note_hash"`
}

func (a Act) row(actID id.ID, at db.Time) (actRow, error) {
	if a.Detail == nil {
		a.Detail = map[string]string{}
	}
	detail, err := canon.Marshal(a.Detail)
	if err != nil {
		return actRow{}, err
	}
	if a.Actor == "" || a.Name == "" || detail[0] != '{' {
		return actRow{}, fmt.Errorf("trail: an act has an actor, a name and an object as detail: %q %q %s", a.Actor, a.Name, detail)
	}
	row := actRow{ID: actID, At: at, Actor: a.Actor, Authority: a.Authority, Name: a.Name, Seal: a.Seal, Opens: string(a.Opens), Detail: string(detail), Note: a.Note}
	if row.Note != "" {
		row.NoteSalt, row.NoteHash = salted(row.Note)
	}
	return row, nil
}

// hash binds everything of the act; the note by its own hash.
func (r actRow) hash() (string, error) {
	var o object
	o.text("actor", r.Actor)
	o.text("at", string(r.At))
	o.text("authority", r.Authority)
	o.json("detail", r.Detail)
	o.text("id", string(r.ID))
	o.text("name", r.Name)
	o.text("note", r.NoteHash)
	o.text("opens", r.Opens)
	o.text("seal", r.Seal)
	record, err := o.end()
	sum := sha256.Sum256(record)
	return hex.EncodeToString(sum[:]), err
}

// entryRow is an entry as it is stored. A part that is "" with a hash was erased.
type entryRow struct {
	Act          id.ID  `db:"act"`
	Position     int64  `db:"position"` // within the act, from 0
	Seq          *int64 `db:"seq"`      // place in the tree, nil while pending
	Kind         string `db:"kind"`
	Thing        string `db:"thing"`
	Version      int64  `db:"version"`
	Home         string `db:"home"`
	Gone         bool   `db:"gone"` // the act removed the thing; the parts are its last state
	Public       string `db:"public"`
	PublicSalt   string `db:"public_salt"`
	PublicHash   string `db:"public_hash"`
	Personal     string `db:"personal"`
	PersonalSalt string `db:"personal_salt"`
	PersonalHash string `db:"personal_hash"`
}

// leaf is the record of an entry in the tree: what it says and the hash of its act.
func (e entryRow) leaf(actHash string) ([]byte, error) {
	var o object
	o.text("act", actHash)
	o.truth("gone", e.Gone)
	o.text("home", e.Home)
	o.text("kind", e.Kind)
	o.text("personal", e.PersonalHash)
	o.number("position", e.Position)
	o.text("public", e.PublicHash)
	o.text("thing", e.Thing)
	o.number("version", e.Version)
	return o.end()
}

// saltLength is how many hex digits a salt has.
const saltLength = 32

// salted draws a salt and gives it with the hash of the text. Without the salt nobody can find an erased text by trying.
func salted(text string) (salt, hash string) {
	var b [saltLength / 2]byte
	rand.Read(b[:]) // never fails since Go 1.24
	salt = hex.EncodeToString(b[:])
	return salt, hashPart(salt, text)
}

// hashPart is SHA-256 over the salt as it is written (hex) and then the text.
func hashPart(salt, text string) string {
	sum := sha256.Sum256([]byte(salt + text))
	return hex.EncodeToString(sum[:])
}
