// Package tamper makes false secrets of good ones: tokens that were changed in the places that a careless comparison
// overlooks, and JWTs with other claims or signatures.
package tamper
