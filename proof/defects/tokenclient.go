package defects

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var tokenClientDefects = []Defect[mockserver.Policy]{
	{
		ID: "exchange.json", Story: "The token request is JSON instead of a form.",
		Aims: []string{"oauth2.client.token-request"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			r.Header.Set("Content-Type", "application/json")
			return r
		}),
	},
	{
		ID: "exchange.client-id-twice", Story: "The client id appears twice in the form.",
		Aims: []string{"oauth2.client.token-request"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			r.Form = append(r.Form, [2]string{"client_id", formValue(r, "client_id")})
			return r
		}),
	},
	{
		ID: "exchange.no-redirect", Story: "redirect_uri is missing from the token request.",
		Aims:   []string{"oauth2.client.redirect-repeated", "ha.linking.entry"},
		Change: tokenSent("authorization_code", formSet("redirect_uri", dropped)),
	},
	{
		ID: "exchange.redirect-rebuilt", Story: "redirect_uri is rebuilt with a trailing slash.",
		Aims:   []string{"oauth2.client.redirect-repeated", "ha.linking.entry"},
		Change: tokenSent("authorization_code", formSet("redirect_uri", edited(func(s string) string { return s + "/" }))),
	},
	{
		ID: "exchange.code-decoded", Story: "The code is percent-decoded once too often.",
		Aims: []string{"oauth2.client.round-trip"},
		Change: tokenSent("authorization_code", formSet("code", edited(func(s string) string {
			if plain, err := url.PathUnescape(s); err == nil {
				return plain
			}
			return s
		}))),
	},
	{
		ID: "exchange.plus-is-space", Story: "A plus sign in the code becomes a space.",
		Aims:   []string{"oauth2.client.round-trip"},
		Change: tokenSent("authorization_code", formSet("code", edited(func(s string) string { return strings.ReplaceAll(s, "+", " ") }))),
	},
	{
		ID: "exchange.ascii-secret", Story: "Non-ASCII characters are dropped from the secret.",
		Aims: []string{"oauth2.client.round-trip"},
		Change: tokenSent("", formSet("client_secret", edited(func(s string) string {
			return strings.Map(func(r rune) rune {
				if r > 127 {
					return -1
				}
				return r
			}, s)
		}))),
	},
	{
		ID: "exchange.both-methods", Story: "The secret is sent in the header and in the body.",
		Aims: []string{"oauth2.client.one-auth-method"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			if secret := formValue(r, "client_secret"); secret != "" {
				r.Header.Set(
					"Authorization",
					"Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(formValue(r, "client_id"))+":"+url.QueryEscape(secret))),
				)
			}
			return r
		}),
	},
	{
		ID: "exchange.secret-in-query", Story: "Client id and secret are in the query of the token endpoint too.",
		Aims: []string{"oauth2.client.one-auth-method"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			if secret := formValue(r, "client_secret"); secret != "" {
				r.URL += "?client_secret=" + url.QueryEscape(secret)
			}
			return r
		}),
	},
	{
		ID: "exchange.empty-secret", Story: "A public client sends an empty client_secret.",
		Aims: []string{"oauth2.client.public"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			if r.Header.Get("Authorization") == "" && !slices.ContainsFunc(r.Form, func(p [2]string) bool { return p[0] == "client_secret" }) {
				r.Form = append(r.Form, [2]string{"client_secret", ""})
			}
			return r
		}),
	},
	{
		ID: "exchange.public-basic", Story: "A public client authenticates with an empty password.",
		Aims: []string{"oauth2.client.public"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			if formValue(r, "client_secret") == "" && r.Header.Get("Authorization") == "" {
				r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(formValue(r, "client_id")+":")))
			}
			return r
		}),
	},
	{
		ID: "exchange.basic-raw", Story: "Id and secret are put into the header without form-encoding.",
		Aims: []string{"oauth2.client.basic"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
			pair, err := base64.StdEncoding.DecodeString(raw)
			if plain, err2 := url.QueryUnescape(string(pair)); ok && err == nil && err2 == nil {
				r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(plain)))
			}
			return r
		}),
	},
	{
		ID: "exchange.basic-ignored", Story: "client_secret_basic is configured, but the secret is sent in the body.",
		Aims: []string{"oauth2.client.basic"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
			pair, _ := base64.StdEncoding.DecodeString(raw)
			if _, secret, there := strings.Cut(string(pair), ":"); ok && there {
				plain, _ := url.QueryUnescape(secret)
				r.Form = append(r.Form, [2]string{"client_secret", plain})
			}
			return r
		}),
	},
	{
		ID: "exchange.verifier-cut", Story: "The verifier is truncated to 40 characters.",
		Aims:   []string{"oauth2.client.verifier", "oauth2.client.code-injection"},
		Change: tokenSent("authorization_code", formSet("code_verifier", edited(func(s string) string { return s[:40] }))),
	},
	{
		ID: "exchange.verifier-padded", Story: "The verifier contains characters that are not allowed.",
		Aims: []string{"oauth2.client.verifier"},
		Change: client(func(p *linking.Policy) {
			before := p.Verifier
			p.Verifier = func() string { return before()[:100] + "==" }
		}),
	},
	{
		ID: "exchange.again-after-failure", Story: "A failed token request is sent again.",
		Aims: []string{"oauth2.client.no-second-try"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			r.Again = func(a linking.TokenAnswer) bool {
				return errors.Is(a.Err, io.EOF) || errors.Is(a.Err, syscall.ECONNRESET)
			}
			return r
		}),
	},
	{
		ID: "exchange.refusals-alike", Story: "A refusal of the client is reported like an outage of the provider (as 2025.4 does).",
		Aims:   []string{"oauth2.client.refused-or-down", "oauth2.client.empty-code"},
		Change: reasonBecomes("oauth_unauthorized", "oauth_failed"),
	},
	{
		ID: "exchange.trouble-as-refusal", Story: "An outage of the provider is reported like a refusal.",
		Aims:   []string{"oauth2.client.down", "oauth2.client.tls", "oauth2.client.secret-elsewhere"},
		Change: reasonBecomes("oauth_failed", "oauth_unauthorized"),
	},
	{
		ID: "exchange.trouble-crash", Story: "A failing provider causes a server error.",
		Aims:   []string{"oauth2.client.down"},
		Change: reasonCrashes("oauth_failed"),
	},
	{
		ID: "exchange.no-time-limit", Story: "A token endpoint that hangs is waited for without a timeout.",
		Aims:   []string{"oauth2.client.slow"},
		Change: client(func(p *linking.Policy) { p.TokenTTL = mock.Is(time.Hour) }),
	},
	{
		ID: "exchange.timeout-word", Story: "A token endpoint that hangs is reported as oauth_failed.",
		Aims:   []string{"oauth2.client.slow"},
		Change: reasonBecomes("oauth_timeout", "oauth_failed"),
	},
	{
		ID:    "exchange.follows-redirects",
		Story: "Redirects of the token endpoint are followed, with the whole body (as in releases up to 2026.11).",
		Aims:  []string{"oauth2.client.secret-elsewhere"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			r.Redirects = true
			return r
		}),
	},
	{
		ID: "exchange.any-certificate", Story: "TLS certificates are not verified, for the sake of self-signed devices.",
		Aims: []string{"oauth2.client.tls"},
		Change: tokenSent("", func(r linking.TokenRequest) linking.TokenRequest {
			r.AnyCertificate = true
			return r
		}),
	},
	{
		ID: "api.token-in-query", Story: "The access token is sent to the API in the query.",
		Aims: []string{"oauth2.client.bearer-header"},
		Change: client(func(p *linking.Policy) {
			before := p.APIRequest
			p.APIRequest = func(to string, t linking.Token) (string, http.Header) {
				to, h := before(to, t)
				return to + "?access_token=" + url.QueryEscape(fmt.Sprint(t["access_token"])), h
			}
		}),
	},
	{
		ID: "api.no-bearer", Story: "The access token is sent without the word Bearer.",
		Aims: []string{"ha.linking.entry"},
		Change: client(func(p *linking.Policy) {
			p.APIRequest = func(to string, t linking.Token) (string, http.Header) {
				return to, http.Header{"Authorization": {fmt.Sprint(t["access_token"])}}
			}
		}),
	},
}
