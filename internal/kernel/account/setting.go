package account

import (
	"net/netip"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/setting"
)

// Settings lists what the body decides about accounts and signing in. Which clauses speak of it the packs say.
func Settings() []setting.Declaration {
	return []setting.Declaration{
		IdleTimeout(), SessionLength(), SecondFactors(), PrivilegedPassword(), TemporaryPassword(), GraceDays(), KeyLife(), SharedAddresses(),
	}
}

// declare is a setting of the program.
func declare(d setting.Declaration) setting.Declaration {
	d.Owner, d.Policy = setting.Program, "関守"
	return d
}

// IdleTimeout is how long a session lives without being used.
func IdleTimeout() setting.Declaration {
	return declare(setting.Declaration{ID: "idle-timeout", Title: "操作がないときにサインアウトするまでの時間", Unit: setting.Minutes, Min: 5, Max: 480, Proposal: "30"})
}

// SessionLength is how long a session lives however much it is used.
func SessionLength() setting.Declaration {
	return declare(setting.Declaration{ID: "session-length", Title: "1回のサインインで使える時間", Unit: setting.Hours, Min: 1, Max: 24, Proposal: "12"})
}

// SecondFactors is which kinds of second factors may be used: all, until the body decides.
func SecondFactors() setting.Declaration {
	d := setting.Declaration{ID: "second-factors", Title: "使ってよい二つ目の認証", Unit: setting.Many, Min: 1}
	var all []string
	for _, k := range FactorKinds() {
		d.Options = append(d.Options, setting.Option{ID: string(k), Title: k.Title()})
		all = append(all, string(k))
	}
	d.Proposal = strings.Join(all, "\n")
	return declare(d)
}

// FactorsOf is the kinds of second factors that may be used on a day.
func FactorsOf(v setting.Values, on jpdate.Date) []FactorKind {
	var kinds []FactorKind
	for _, k := range v.At(SecondFactors(), on).List() {
		kinds = append(kinds, FactorKind(k))
	}
	return kinds
}

// PrivilegedPassword is after how long somebody with a privileged role changes his password.
func PrivilegedPassword() setting.Declaration {
	return declare(setting.Declaration{ID: "privileged-password", Title: "特権を持つ人がパスワードを変える間隔", Unit: setting.Months, Min: 1, Max: 12, Proposal: "6"})
}

// TemporaryPassword is how long a temporary password can be used.
func TemporaryPassword() setting.Declaration {
	return declare(setting.Declaration{ID: "temporary-password", Title: "仮のパスワードの期限", Unit: setting.Days, Min: 1, Max: 30, Proposal: "7"})
}

// GraceDays is how long an account stays, able to do nothing, after its person's last assignment.
func GraceDays() setting.Declaration {
	return declare(setting.Declaration{
		ID: "account-grace", Title: "最後の発令が終わってから利用者の登録を廃止するまでの期間", Note: "この間は何もできず、異動や任用の手続きが済めば同じ利用者のまま使えます", Unit: setting.Days, Max: 90, Proposal: "30",
	})
}

// KeyLife is how long a personal key for the API can be used at most.
func KeyLife() setting.Declaration {
	return declare(setting.Declaration{ID: "key-life", Title: "プログラム用の個人の鍵の最長の期限", Unit: setting.Days, Min: 1, Max: 365, Proposal: "90"})
}

// SharedAddresses is from where so many people come that none of them is slowed down for another: an office behind one proxy.
func SharedAddresses() setting.Declaration {
	return declare(setting.Declaration{
		ID: "shared-addresses", Title: "多くの人が共有する接続元のアドレス", Note: "1行に一つ。192.0.2.0/24、192.0.2.10、2001:db8::/32 の形", Unit: setting.Lines, Read: readPrefix,
	})
}

// readPrefix gives an address or a range of addresses in its one spelling, a range.
func readPrefix(line string) (string, error) {
	p, err := netip.ParsePrefix(line)
	if a, single := netip.ParseAddr(line); single == nil && a.Zone() == "" {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	switch {
	case err != nil:
		return "", errs.New(errs.Invalid, "アドレスとして読めません。")
	case p.Addr().Is4In6() || p.Bits() == 0:
		return "", errs.New(errs.Invalid, "範囲が広すぎるか、IPv4の書き方ではありません。")
	}
	return p.Masked().String(), nil
}
