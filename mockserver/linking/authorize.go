package linking

import (
	"errors"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const callbackPath = "/auth/external/callback"

// checkBase wants the header; the frontend always sends it. What it names is used as it is, as the real home does.
func checkBase(_ string, given bool) error {
	if !given {
		return errors.New("the header HA-Frontend-Base is required: the origin that the user's browser uses")
	}
	return nil
}

func redirectURI(base, my string) string {
	if my != "" {
		return my
	}
	return base + callbackPath
}

// parameters are in the order of the real home.
func parameters(a Authorization) [][2]string {
	list := [][2]string{{"response_type", "code"}, {"client_id", a.ClientID}, {"redirect_uri", a.Redirect}, {"state", a.State}}
	if a.Challenge != "" {
		list = append(list, [2]string{"code_challenge", a.Challenge}, [2]string{"code_challenge_method", "S256"})
	}
	if a.Scope != "" {
		list = append(list, [2]string{"scope", a.Scope})
	}
	if a.Resource != "" {
		list = append(list, [2]string{"resource", a.Resource})
	}
	return list
}

// authorizeURL adds parameters to an endpoint, whose own query stays (RFC 6749 §3.1).
func authorizeURL(endpoint string, list [][2]string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	own := u.Query()
	for _, p := range list {
		own.Del(p[0])
	}
	query := own.Encode()
	for _, p := range list {
		if query != "" {
			query += "&"
		}
		query += url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1])
	}
	u.RawQuery = query
	return u.String()
}

// signState is a JWT of the flow and its redirect_uri: the same flow has the same state.
func signState(flowID, redirect string, key []byte, _ time.Time) string {
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"flow_id": flowID, "redirect_uri": redirect}).SignedString(key)
	if err != nil {
		return "" // HS256 with a byte key does not fail
	}
	return s
}

func readState(raw string, key []byte, _ time.Time) (flowID, redirect string, ok bool) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	if _, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
		return "", "", false
	}
	flowID, ok1 := claims["flow_id"].(string)
	redirect, ok2 := claims["redirect_uri"].(string)
	return flowID, redirect, ok1 && ok2
}

// readCallback takes the first of equal names; a code wins over an error.
func readCallback(query url.Values) Return {
	return Return{
		Code: query.Get("code"), HasCode: query.Has("code"), Error: query.Get("error"), HasErr: query.Has("error"),
		Issuer: query.Get("iss"), HasIssuer: query.Has("iss"),
	}
}

// closeWindow is the whole page: nothing of the query is in it.
func closeWindow(url.Values) (body, contentType string) {
	return "<script>window.close()</script>", "text/html; charset=utf-8"
}
