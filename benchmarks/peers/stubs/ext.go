// Package ext has what Traefik's own build generates: no more fields for other editions.
package ext

type HTTP struct{}

type Router struct{}
