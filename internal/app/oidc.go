package app

import (
	"crypto/x509"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/feature/signin"
)

// oidcFlags say which identity provider the office has.
type oidcFlags struct {
	Issuer     string   `env:"SEKIMORI_OIDC_ISSUER" placeholder:"URL" help:"庁内の認証基盤（OpenID Connect）の issuer。指定すると、その認証でもサインインできる"`
	ClientID   string   `name:"client-id" env:"SEKIMORI_OIDC_CLIENT_ID" placeholder:"ID" help:"認証基盤に登録したクライアントID。戻り先は https://サーバの名前/signin/oidc/back"`
	SecretFile string   `env:"SEKIMORI_OIDC_SECRET_FILE" placeholder:"FILE" help:"クライアントシークレットを入れたファイル。省くと公開クライアント"`
	Claim      string   `env:"SEKIMORI_OIDC_CLAIM" default:"employee_number" placeholder:"NAME" help:"職員番号を持つクレーム"`
	Scope      []string `env:"SEKIMORI_OIDC_SCOPE" default:"profile" placeholder:"NAME" help:"openid のほかに求めるスコープ。何度でも書ける"`
	MFA        []string `name:"mfa" env:"SEKIMORI_OIDC_MFA" placeholder:"VALUE" help:"二つ目の認証とみなす amr か acr の値。省くと、二つ目の認証は関守が求める"`
	CA         string   `name:"ca" env:"SEKIMORI_OIDC_CA" placeholder:"FILE" help:"認証基盤の証明書を出した認証局の証明書（PEM）。省くとOSが信頼するもの"`
	Title      string   `env:"SEKIMORI_OIDC_TITLE" default:"庁内の認証でサインインする" placeholder:"TEXT" help:"サインインの画面での呼び名"`
}

// options is what the flags mean; its Issuer is "" where there is no provider.
func (f *oidcFlags) options() (signin.ProviderOptions, error) {
	o := signin.ProviderOptions{Issuer: f.Issuer, ClientID: f.ClientID, Claim: f.Claim, Scopes: f.Scope, Factors: f.MFA, Title: f.Title}
	if f.Issuer == "" {
		if f.ClientID != "" || f.SecretFile != "" || f.CA != "" || len(f.MFA) > 0 {
			return o, errs.New(errs.Invalid, "--oidc-issuer で認証基盤を指定してください")
		}
		return o, nil
	}
	if f.SecretFile != "" {
		o.Secret = func() (string, error) { return secretIn(f.SecretFile) }
	}
	var err error
	if o.Roots, err = rootsIn(f.CA); err != nil {
		return o, err
	}
	return o, o.Check()
}

// secretIn reads a secret of one line.
func secretIn(file string) (string, error) {
	text, err := readFile(file)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" || strings.ContainsAny(secret, "\r\n") {
		return "", errs.New(errs.Invalid, "ファイル %s には、クライアントシークレットだけを1行で入れてください", file)
	}
	return secret, nil
}

// rootsIn reads the certificates of authorities; nil, for those of the system, without a file.
func rootsIn(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // those of the system
	}
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, errs.New(errs.Invalid, "ファイル %s に認証局の証明書（PEM）がありません", file)
	}
	return roots, nil
}
