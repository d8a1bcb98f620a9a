// Package trace is left out: commands for the developers of Pulumi.
package trace

import (
	"errors"

	"github.com/spf13/cobra"
)

// NewViewTraceCmd is the command, which refuses.
func NewViewTraceCmd() *cobra.Command { return leftOut("view-trace") }

// NewConvertTraceCmd is the command, which refuses.
func NewConvertTraceCmd() *cobra.Command { return leftOut("convert-trace") }

func leftOut(name string) *cobra.Command {
	return &cobra.Command{
		Use:    name,
		Hidden: true,
		RunE: func(command *cobra.Command, _ []string) error {
			return errors.New("this pulumi was built without `pulumi " + command.Name() + "`: get the official release")
		},
	}
}
