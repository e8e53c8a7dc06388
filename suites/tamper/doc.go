// Package tamper makes false secrets from good ones: tokens changed where a careless comparison does not look, and JWTs with
// other claims or signatures.
package tamper
