// Package oauth models the OAuth 2 specifications: roles as small interfaces, and the values that
// they exchange. A spec asks for the narrowest role that it needs (Get); the target under test plays the
// roles that it can. The package drives nothing and judges nothing beyond the positive controls of Code and Issue.
package oauth
