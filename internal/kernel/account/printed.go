package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

const (
	printedCodes  = 20
	printedDigits = 10
)

// PrintedList is a list of codes that is shown once, to be printed.
type PrintedList struct {
	Held
	Codes []string // in two groups of five digits: 12345 67890
}

// printed is what is kept of a list: whoever has it must try 10^10 codes at the price of a password each.
type printed struct {
	Memory uint32   `json:"memory"` // see cost
	Passes uint32   `json:"passes"`
	Lanes  uint8    `json:"lanes"`
	Salt   []byte   `json:"salt"`
	Hashes [][]byte `json:"hashes"`
}

// left counts the codes of a list that are not used yet; 0 for other factors.
func left(h holding) int {
	if h.Kind != Printed {
		return 0
	}
	return printedCodes - bits.OnesCount64(uint64(h.use.Used))
}

// PrintList makes a list of codes for an account. It takes the place of the list that the account had.
func (s *Factors) PrintList(ctx context.Context, by *access.Actor, account id.ID, label string) (PrintedList, error) {
	if err := labelled(label); err != nil {
		return PrintedList{}, err
	}
	if err := s.log.DB().View(ctx, func(r db.Reader) error { _, err := s.own(ctx, r, by, account); return err }); err != nil {
		return PrintedList{}, err // before what takes long
	}
	var list PrintedList
	c := s.hasher.cost
	kept := printed{Memory: c.memory, Passes: c.passes, Lanes: c.lanes, Salt: random(hashSalt)}
	for len(list.Codes) < printedCodes {
		n, err := rand.Int(rand.Reader, big.NewInt(1e10)) // printedDigits
		if err != nil {
			return list, err
		}
		code := fmt.Sprintf("%0*d", printedDigits, n)
		shown := code[:printedDigits/2] + " " + code[printedDigits/2:]
		if slices.Contains(list.Codes, shown) {
			continue
		}
		hash, err := s.hash(ctx, kept, code)
		if err != nil {
			return list, err
		}
		list.Codes, kept.Hashes = append(list.Codes, shown), append(kept.Hashes, hash)
	}
	secret, err := json.Marshal(kept)
	if err != nil {
		return list, err
	}
	return list, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.factor.add"}, func(tx *trail.Tx) error {
		if err := s.allow(ctx, tx, Printed); err != nil {
			return err
		}
		a, err := s.own(ctx, tx, by, account)
		if err != nil {
			return err
		}
		all, err := factorsOf(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, h := range all {
			if h.Kind == Printed {
				if err := withdraw(ctx, tx, h.Factor); err != nil {
					return err
				}
			}
		}
		list.Held, err = s.add(ctx, tx, a, Factor{ID: id.New(tx.Now), Kind: Printed, Label: label, Secret: secret}, factorUse{})
		return err
	})
}

// hash is what is kept of a code: as dear as a password.
func (s *Factors) hash(ctx context.Context, p printed, code string) (key []byte, err error) {
	err = s.hasher.do(ctx, func() { key = cost{p.Memory, p.Passes, p.Lanes}.key(code, p.Salt) })
	return key, err
}

// checkPrinted is a checker for a code of a list. What takes long is done before the transaction.
func (s *Factors) checkPrinted(ctx context.Context, account id.ID, code string) (checker, error) {
	var list []holding
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		list, err = s.counting(ctx, r, account, Printed)
		return err
	}); err != nil {
		return nil, err
	}
	places := map[id.ID]int{} // of the code in each list
	for _, h := range list {
		if len(code) != printedDigits {
			break
		}
		var kept printed
		if err := json.Unmarshal(h.Secret, &kept); err != nil {
			return nil, err
		}
		hash, err := s.hash(ctx, kept, code)
		if err != nil {
			return nil, err
		}
		for i, want := range kept.Hashes {
			if subtle.ConstantTimeCompare(hash, want) == 1 {
				places[h.ID] = i
			}
		}
	}
	return func(_ *db.Tx, all []holding) (holding, factorUse, error) {
		for _, h := range all {
			place, found := places[h.ID]
			if !found || h.use.Used&(1<<place) != 0 {
				continue
			}
			use := h.use
			use.Used |= 1 << place
			return h, use, nil
		}
		return holding{}, factorUse{}, ErrWrong
	}, nil
}
