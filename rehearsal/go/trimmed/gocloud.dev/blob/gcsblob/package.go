// Package gcsblob is left out but for the name by which its addresses are known, and refused.
package gcsblob

// Scheme of a bucket's address.
const Scheme = "gs"
