// Package oauth is what the specifications of OAuth 2 speak about: its roles as small interfaces, and the values that
// travel between them. A spec asks for the narrowest role that its sentence needs (Get); the target under test plays the
// roles that it can. The package drives nothing and judges nothing beyond the positive controls of Code and Issue.
package oauth
