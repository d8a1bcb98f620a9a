// Package neo is left out, with the terminal interface of its assistant.
package neo

import (
	"errors"

	"github.com/spf13/cobra"
)

// NewNeoCmd is the command, which refuses.
func NewNeoCmd() *cobra.Command {
	return &cobra.Command{
		Use:    "neo",
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this pulumi was built without `pulumi neo`: get the official release")
		},
	}
}
